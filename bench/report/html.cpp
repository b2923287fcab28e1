#include "bench/report/html.hpp"

#include "bench/report/chart.hpp"
#include "bench/report/table.hpp"

namespace troupe::bench {

namespace {

constexpr const char* style =
  "body{font:15px system-ui,sans-serif;margin:2em auto;max-width:1180px;padding:0 1em;color:#1a202c;background:#fff}"
  "pre{background:#f7fafc;padding:1em;overflow-x:auto}figure{display:inline-block;width:560px;max-width:100%;margin:."
  "4em}"
  "figcaption{font-weight:600}svg{width:100%;font-size:11px;fill:#4a5568}line{stroke:#a0aec0}"
  "@media(prefers-color-scheme:dark){body{background:#1a202c;color:#e2e8f0}pre{background:#2d3748}svg{fill:#a0aec0}}";

/// How many of all messages took no longer than so long.
curve distribution(const char* name, const histogram& of) {
  curve result{name, {}};
  const auto all = static_cast<double>(of.count());
  double seen = 0;
  of.each_bin([&](double, double upper, std::uint64_t count) {
    seen += static_cast<double>(count);
    result.points.emplace_back(upper / 1e6, seen / all * 100);
  });
  return result;
}

chart latencies(const plan& what, const outcome& came) {
  chart result{"Latency", "ms", "% of messages", true, {}};
  if (came.latency.count() != 0) result.curves.push_back(distribution("due to received", came.latency));
  if (came.slow_latency.count() != 0)
    result.curves.push_back(distribution("due to received by slow readers", came.slow_latency));
  const auto* last = what.qos == troupe::qos::exactly_once ? "PUBLISH to PUBCOMP" : "PUBLISH to PUBACK";
  if (came.acknowledging.count() != 0) result.curves.push_back(distribution(last, came.acknowledging));
  return result;
}

/// One point per second: what `measure` says of a sample and the one before it, and the seconds between.
template <class Fn>
curve over_time(const std::string& name, const outcome& came, Fn&& measure) {
  curve result{name, {}};
  for (std::size_t i = 1; i < came.series.size(); ++i) {
    const auto& now = came.series[i];
    const auto& before = came.series[i - 1];
    const auto seconds = static_cast<double>(now.at - before.at) / 1e9;
    if (seconds > 0) result.points.emplace_back(static_cast<double>(i), measure(now, before, seconds));
  }
  return result;
}

chart rates(const plan& what, const outcome& came) {
  chart result{"Rate", "s", "per second", false, {}};
  const auto add = [&](const char* name, std::uint64_t counters::*which) {
    result.curves.push_back(over_time(name, came, [&](const sample& now, const sample& before, double seconds) {
      return static_cast<double>(now.count.*which - before.count.*which) / seconds;
    }));
  };
  if (what.publishers() != 0) add("published", &counters::published);
  if (what.subscribers() != 0) add("received", &counters::received);
  if (what.what == plan::kind::churn) add("cycles", &counters::cycles);
  return result;
}

chart processor_time(const outcome& came, bool broker) {
  chart result{"CPU", "s", "% of one core", false, {}};
  if (broker)
    result.curves.push_back(over_time("broker", came, [](const sample& now, const sample& before, double seconds) {
      return static_cast<double>(now.broker.cpu_ns - before.broker.cpu_ns) / seconds / 1e7;
    }));
  result.curves.push_back(over_time("troupe-bench", came, [](const sample& now, const sample& before, double seconds) {
    return static_cast<double>(now.count.cpu_ns - before.count.cpu_ns) / seconds / 1e7;
  }));
  return result;
}

chart memory(const outcome& came) {
  return {"Memory of the broker", "s", "MiB", false, {over_time("broker", came, [](const sample& now, auto&, double) {
            return static_cast<double>(now.broker.resident_bytes) / 1048576;
          })}};
}

std::string section(const reported& run) {
  auto result = (run.name.empty() ? "" : "<h2>" + escaped(run.name) + "</h2>\n") + "<pre>" +
                escaped(table_of(run.plan, run.came)) + "</pre>\n";
  if (const auto latency = latencies(run.plan, run.came); !latency.curves.empty()) result += svg_of(latency);
  if (run.came.series.size() < 2) return result;
  if (const auto rate = rates(run.plan, run.came); !rate.curves.empty()) result += svg_of(rate);
  result += svg_of(processor_time(run.came, !run.plan.broker_pids.empty()));
  if (!run.plan.broker_pids.empty()) result += svg_of(memory(run.came));
  return result;
}

}  // namespace

std::string html_of(const std::string& title, const std::vector<reported>& runs) {
  auto result = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>" + escaped(title) +
                "</title>\n<style>" + style + "</style>\n<h1>" + escaped(title) + "</h1>\n";
  for (const auto& each : runs) result += section(each);
  return result + "</html>\n";
}

}  // namespace troupe::bench
