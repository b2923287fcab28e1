#include "bench/report/table.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "bench/report/figures.hpp"

namespace troupe::bench {

namespace {

template <class... Values>
std::string format(const char* how, Values... values) {
  std::array<char, 256> text;
  std::snprintf(text.data(), text.size(), how, values...);
  return text.data();
}

std::string row(std::string_view name, const std::string& value) {
  return format("  %-22.*s", static_cast<int>(name.size()), name.data()) + value + "\n";
}

std::string milliseconds(double ns) { return format(ns < 1e7 ? "%.3f ms" : "%.1f ms", ns / 1e6); }
std::string mib(std::uint64_t bytes) { return format("%.1f MiB", static_cast<double>(bytes) / 1048576); }
std::string rounded(double value) { return grouped(static_cast<std::uint64_t>(value + 0.5)); }

std::string latency_row(std::string_view name, const histogram& of) {
  if (of.count() == 0) return "";
  return row(name, "p50 " + milliseconds(of.percentile(0.5)) + ", p95 " + milliseconds(of.percentile(0.95)) + ", p99 " +
                     milliseconds(of.percentile(0.99)) + ", p99.9 " + milliseconds(of.percentile(0.999)) + ", max " +
                     milliseconds(static_cast<double>(of.largest())));
}

std::string connection_rows(const plan& what, const outcome& came) {
  std::string result;
  auto text = grouped(came.total.ready);
  if (came.ramp != 0) text += format(" in %.1f s", static_cast<double>(came.ramp) / 1e9);
  if (came.total.refused != 0) text += ", refused " + grouped(came.total.refused);
  if (came.total.closed != 0) text += ", closed by the broker " + grouped(came.total.closed);
  result += row("connected", text);
  if (what.to.compress)
    result += row("compression", came.total.compressed >= came.total.ready
                                   ? "on"
                                   : "off: the broker agreed on it for " + grouped(came.total.compressed));
  if (!came.trouble.empty()) result += row("first trouble", came.trouble);
  return result;
}

std::string message_rows(const plan& what, const outcome& came, const figures& of) {
  std::string result;
  if (of.cycles != 0) result += row("cycles", grouped(of.cycles) + ", " + rounded(of.cycle_rate) + "/s");
  if (what.publishers() != 0)
    result += row("published", grouped(of.published) + ", " + rounded(of.published_rate) + "/s");
  if (what.subscribers() != 0)
    result += row("received", grouped(of.received) + ", " + rounded(of.received_rate) + "/s");
  if (what.subscribers() != 0 && of.lost) {
    const auto& count = came.total.ledger;
    result += row("ledger", "lost " + grouped(*of.lost) + ", duplicate " + grouped(count.duplicate) + ", reordered " +
                              grouped(count.reordered) + ", foreign " + grouped(count.foreign) +
                              (what.closed_circle() ? " of " + grouped(of.expected) : ""));
  }
  if (of.unsent != 0) result += row("due and not sent", grouped(of.unsent));
  if (of.unacknowledged != 0) result += row("not acknowledged", grouped(of.unacknowledged));
  if (came.total.rejected != 0) result += row("rejected", grouped(came.total.rejected));
  return result;
}

std::string slow_rows(const plan& what, const outcome& came) {
  if (what.slow_share == 0) return "";
  auto text = grouped(what.slow_before(what.subscribers())) + ", received " + grouped(came.total.slow_received);
  if (came.total.slow.missing != 0) text += ", not delivered in between " + grouped(came.total.slow.missing);
  if (came.total.slow_closed != 0) text += ", closed by the broker " + grouped(came.total.slow_closed);
  return row("slow readers", text) + latency_row("latency of the slow", came.slow_latency);
}

std::string storm_rows(const outcome& came, const figures& of) {
  if (came.storm_began == 0) return "";
  auto text = grouped(came.total.cut) + " cut, ";
  text += came.total.back < came.total.cut ? grouped(came.total.back) + " back" : "all back";
  text += format(" after %.3f s", of.storm_seconds);
  if (came.total.sent_again != 0) text += ", sent again " + grouped(came.total.sent_again);
  if (came.total.redelivered != 0) text += ", redelivered " + grouped(came.total.redelivered);
  if (came.total.abandoned != 0) text += ", in flight and forgotten " + grouped(came.total.abandoned);
  return row("storm", text) + latency_row("connecting again", came.returning);
}

std::string cost_rows(const plan& what, const outcome& came, const figures& of) {
  std::string result;
  if (!what.broker_pids.empty()) {
    auto text = format("%.2f s", of.broker_cpu_seconds);
    if (of.published != 0) text += format(", %.2f us per message", of.broker_us_per_message);
    if (of.received != 0) text += format(", %.2f us per delivery", of.broker_us_per_delivery);
    if (of.cycles != 0) text += format(", %.2f us per cycle", of.broker_us_per_cycle);
    result += row("broker CPU", text);
    result +=
      row("broker memory", mib(came.connected.resident_bytes) + " connected, " +
                             rounded(std::max(0.0, came.broker_bytes_per_connection)) + " bytes per connection");
  }
  auto text = format("%.2f s", of.own_cpu_seconds);
  if (of.messages != 0) text += format(", %.2f us per message", of.own_us_per_message);
  return result + row("own CPU", text + format(", %u processes", came.processes) + ", " +
                                   rounded(std::max(0.0, came.own_bytes_per_connection)) + " bytes per connection");
}

std::string bar(double done) {
  constexpr int width = 24;
  const auto full = static_cast<int>(std::clamp(done, 0.0, 1.0) * width);
  return "[" + std::string(static_cast<std::size_t>(full), '#') +
         std::string(static_cast<std::size_t>(width - full), '.') + "]";
}

std::string connecting_line(const plan& what, const progress& at) {
  const auto ready = at.now.count.ready;
  const auto done = static_cast<double>(ready) / std::max(1u, what.clients());
  const auto seconds = static_cast<double>(at.since) / 1e9;
  auto text = "connecting " + bar(done) + " " + grouped(ready) + " of " + grouped(what.clients());
  if (done > 0 && done < 1) text += format(", ETA %.0f s", seconds / done - seconds);
  if (at.now.count.refused != 0) text += ", refused " + grouped(at.now.count.refused);
  return text;
}

std::string sending_line(const plan& what, const progress& at) {
  const auto seconds = std::max(1e-3, static_cast<double>(at.now.at - at.before.at) / 1e9);
  const auto rate = [&](std::uint64_t now, std::uint64_t before) {
    return rounded(static_cast<double>(now - before) / seconds) + "/s";
  };
  auto text =
    at.phase == progress::phase::draining
      ? std::string{"draining"}
      : bar(static_cast<double>(at.since) / static_cast<double>(std::max<nanoseconds>(1, at.expected))) +
          format(" %.0f of %.0f s", static_cast<double>(at.since) / 1e9, static_cast<double>(at.expected) / 1e9);
  if (what.publishers() != 0) text += ", published " + rate(at.now.count.published, at.before.count.published);
  if (what.subscribers() != 0) text += ", received " + rate(at.now.count.received, at.before.count.received);
  if (what.what == plan::kind::churn) text += ", cycles " + rate(at.now.count.cycles, at.before.count.cycles);
  if (!what.broker_pids.empty())
    text +=
      format(", broker %.0f %%", static_cast<double>(at.now.broker.cpu_ns - at.before.broker.cpu_ns) / seconds / 1e7) +
      " " + mib(at.now.broker.resident_bytes);
  if (at.now.count.closed != 0) text += ", closed " + grouped(at.now.count.closed);
  return text;
}

}  // namespace

std::string grouped(std::uint64_t number) {
  auto text = std::to_string(number);
  for (auto at = static_cast<int>(text.size()) - 3; at > 0; at -= 3) text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

std::string table_of(const plan& what, const outcome& came) {
  const auto of = figures_of(what, came);
  return connection_rows(what, came) + message_rows(what, came, of) + latency_row("latency", came.latency) +
         latency_row("PUBLISH to " + std::string{what.qos == troupe::qos::exactly_once ? "PUBCOMP" : "PUBACK"},
                     came.acknowledging) +
         latency_row("connecting", came.connecting) + slow_rows(what, came) + storm_rows(came, of) +
         cost_rows(what, came, of);
}

std::string line_of(const plan& what, const progress& at) {
  return at.phase == progress::phase::connecting ? connecting_line(what, at) : sending_line(what, at);
}

}  // namespace troupe::bench
