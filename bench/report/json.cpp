#include "bench/report/json.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "bench/report/figures.hpp"

namespace troupe::bench {

namespace {

std::string number(double value) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return text.data();
}
std::string number(std::uint64_t value) { return std::to_string(value); }
std::string number(std::uint32_t value) { return std::to_string(value); }
std::string truth(bool value) { return value ? "true" : "false"; }

/// An object, built member by member.
class object {
public:
  object& add(std::string_view name, const std::string& value) {
    text_ += text_.empty() ? "{" : ",";
    text_ += json_text(name) + ":" + value;
    return *this;
  }
  std::string text() const { return text_.empty() ? "{}" : text_ + "}"; }

private:
  std::string text_;
};

std::string properties_of(const properties& what) {
  object to;
  to.add("forwarded_bytes", number(what.forwarded.size()));
  to.add("message_expiry", what.message_expiry ? number(*what.message_expiry) : "null");
  to.add("payload_is_text", truth(what.payload_is_text)).add("topic_alias", truth(what.topic_alias));
  to.add("receive_maximum", number(std::uint32_t{what.receive_maximum}));
  to.add("maximum_packet_size", number(what.maximum_packet_size)).add("no_local", truth(what.no_local));
  to.add("retain_as_published", truth(what.retain_as_published));
  to.add("retain_handling", number(std::uint32_t{what.retain_handling}));
  return to.add("subscription_id", number(what.subscription_id)).text();
}

std::string options_of(const plan& what) {
  object to;
  to.add("command", json_text(name_of(what.what)));
  to.add("host", json_text(what.to.host)).add("port", number(std::uint32_t{what.to.port}));
  to.add("websocket", truth(what.to.websocket)).add("tls", truth(what.to.tls.on));
  to.add("compress", truth(what.to.compress));
  to.add("version", number(static_cast<std::uint32_t>(what.version))).add("groups", number(what.groups));
  to.add("connections", number(what.clients())).add("publishers", number(what.publishers()));
  to.add("subscribers", number(what.subscribers())).add("topic", json_text(what.topic));
  to.add("share", json_text(what.share)).add("qos", number(static_cast<std::uint32_t>(what.qos)));
  to.add("payload_bytes", number(what.payload_bytes)).add("window", number(std::uint32_t{what.window}));
  to.add("properties", properties_of(what.properties));
  to.add("rate", number(what.rate)).add("limit", number(what.limit)).add("connect_rate", number(what.connect_rate));
  to.add("keep_alive", number(std::uint32_t{what.keep_alive})).add("clean_start", truth(what.clean_start));
  to.add("session_expiry", number(what.session_expiry));
  to.add("storm_at_s", number(static_cast<double>(what.storm_at) / 1e9));
  to.add("warmup_s", number(static_cast<double>(what.warmup) / 1e9));
  to.add("duration_s", number(static_cast<double>(what.duration) / 1e9));
  return to.text();
}

std::string series_of(const outcome& came) {
  std::string result = "[";
  for (std::size_t i = 1; i < came.series.size(); ++i) {
    const auto& now = came.series[i];
    const auto& before = came.series[i - 1];
    object to;
    to.add("second", std::to_string(i)).add("measured", truth(i > came.measured_from));
    to.add("published", number(now.count.published - before.count.published));
    to.add("received", number(now.count.received - before.count.received));
    to.add("acknowledged", number(now.count.acknowledged - before.count.acknowledged));
    to.add("cycles", number(now.count.cycles - before.count.cycles));
    to.add("broker_cpu_s", number(static_cast<double>(now.broker.cpu_ns - before.broker.cpu_ns) / 1e9));
    to.add("broker_resident_bytes", number(now.broker.resident_bytes));
    to.add("own_cpu_s", number(static_cast<double>(now.count.cpu_ns - before.count.cpu_ns) / 1e9));
    result += (i > 1 ? "," : "") + to.text();
  }
  return result + "]";
}

std::string totals_of(const outcome& came, const figures& of) {
  const auto& all = came.total;
  object to;
  to.add("connected", number(all.ready)).add("refused", number(all.refused)).add("closed", number(all.closed));
  to.add("cycles", number(all.cycles)).add("published", number(all.published));
  to.add("aliased", number(all.aliased));
  to.add("acknowledged", number(all.acknowledged)).add("rejected", number(all.rejected));
  to.add("unacknowledged", number(of.unacknowledged)).add("stray_acknowledgements", number(all.stray));
  to.add("received", number(all.received)).add("planned", number(came.planned)).add("unsent", number(of.unsent));
  to.add("bytes_out", number(all.bytes_out)).add("bytes_in", number(all.bytes_in));
  return to.text();
}

std::string measured_of(const figures& of) {
  object to;
  to.add("seconds", number(of.seconds)).add("published", number(of.published)).add("received", number(of.received));
  to.add("cycles", number(of.cycles)).add("published_per_s", number(of.published_rate));
  to.add("received_per_s", number(of.received_rate)).add("cycles_per_s", number(of.cycle_rate));
  return to.text();
}

std::string ledger_of(const outcome& came, const figures& of) {
  const auto& count = came.total.ledger;
  object to;
  to.add("expected", number(of.expected)).add("distinct", number(count.distinct));
  to.add("lost", of.lost ? number(*of.lost) : "null").add("duplicate", number(count.duplicate));
  to.add("redelivered", number(came.total.redelivered));
  to.add("reordered", number(count.reordered)).add("foreign", number(count.foreign));
  return to.text();
}

std::string histogram_of(const histogram& of) {
  object to;
  to.add("count", number(of.count())).add("mean", number(of.mean() / 1000));
  constexpr std::array<std::pair<const char*, double>, 5> shares{
    {{"p50", 0.5}, {"p95", 0.95}, {"p99", 0.99}, {"p99.9", 0.999}, {"p99.99", 0.9999}}};
  for (const auto& [name, share] : shares) to.add(name, number(of.percentile(share) / 1000));
  to.add("max", number(static_cast<double>(of.largest()) / 1000));
  return to.add("relative_error", number(histogram::relative_error)).text();
}

std::string slow_of(const plan& what, const outcome& came) {
  if (what.slow_share == 0) return "null";
  object to;
  to.add("share", number(what.slow_share)).add("bytes_per_s", number(what.slow_bytes));
  to.add("readers", number(what.slow_before(what.subscribers()))).add("closed", number(came.total.slow_closed));
  to.add("received", number(came.total.slow_received)).add("distinct", number(came.total.slow.distinct));
  to.add("duplicate", number(came.total.slow.duplicate)).add("missing", number(came.total.slow.missing));
  return to.add("latency_us", histogram_of(came.slow_latency)).text();
}

std::string storm_of(const outcome& came, const figures& of) {
  if (came.storm_began == 0) return "null";
  object to;
  to.add("cut", number(came.total.cut)).add("back", number(came.total.back)).add("seconds", number(of.storm_seconds));
  to.add("connect_us", histogram_of(came.returning)).add("sent_again", number(came.total.sent_again));
  return to.add("abandoned", number(came.total.abandoned)).text();
}

std::string broker_of(const plan& what, const outcome& came, const figures& of) {
  if (what.broker_pids.empty()) return "null";
  object to;
  to.add("cpu_s", number(of.broker_cpu_seconds)).add("us_per_message", number(of.broker_us_per_message));
  to.add("us_per_delivery", number(of.broker_us_per_delivery)).add("us_per_cycle", number(of.broker_us_per_cycle));
  to.add("resident_bytes_before", number(came.before.resident_bytes));
  to.add("resident_bytes_connected", number(came.connected.resident_bytes));
  std::uint64_t most = 0;
  for (const auto& each : came.series) most = std::max(most, each.broker.resident_bytes);
  to.add("resident_bytes_max", number(most));
  to.add("resident_bytes_per_connection", number(came.broker_bytes_per_connection));
  return to.text();
}

std::string own_of(const outcome& came, const figures& of) {
  object to;
  to.add("processes", number(came.processes)).add("cpu_s", number(of.own_cpu_seconds));
  to.add("us_per_message", number(of.own_us_per_message)).add("resident_bytes", number(came.total.resident_bytes));
  to.add("resident_bytes_per_connection", number(came.own_bytes_per_connection));
  to.add("sends_per_message", number(of.sends_per_message));
  to.add("receives_per_message", number(of.receives_per_message));
  return to.text();
}

}  // namespace

std::string json_text(std::string_view text) {
  std::string result = "\"";
  for (const auto each : text) {
    if (each == '"' || each == '\\') result += '\\';
    if (static_cast<unsigned char>(each) >= 0x20) {
      result += each;
      continue;
    }
    std::array<char, 8> escaped;
    std::snprintf(escaped.data(), escaped.size(), "\\u%04x", static_cast<unsigned>(each));
    result += escaped.data();
  }
  return result + "\"";
}

std::string_view name_of(plan::kind what) {
  switch (what) {
    case plan::kind::conn: return "conn";
    case plan::kind::sub: return "sub";
    case plan::kind::pub: return "pub";
    case plan::kind::pair: return "pair";
    case plan::kind::churn: return "churn";
  }
  return "";
}

std::string json_of(const plan& what, const outcome& came) {
  const auto of = figures_of(what, came);
  object to;
  to.add("ok", truth(came.ok)).add("trouble", json_text(came.trouble)).add("options", options_of(what));
  // Asked for, and had by every connection.
  to.add("compression", truth(what.to.compress && came.total.compressed >= came.total.ready));
  to.add("ramp_s", number(static_cast<double>(came.ramp) / 1e9));
  to.add("totals", totals_of(came, of)).add("measured", measured_of(of)).add("ledger", ledger_of(came, of));
  to.add("latency_us", histogram_of(came.latency)).add("acknowledge_us", histogram_of(came.acknowledging));
  to.add("connect_us", histogram_of(came.connecting));
  to.add("slow", slow_of(what, came)).add("storm", storm_of(came, of));
  to.add("broker", broker_of(what, came, of)).add("own", own_of(came, of)).add("series", series_of(came));
  return to.text();
}

std::string csv_of(const outcome& came) {
  std::string result = "second,published,received,cycles,broker_cpu_s,broker_resident_bytes,own_cpu_s,acknowledged\n";
  for (std::size_t i = 1; i < came.series.size(); ++i) {
    const auto& now = came.series[i];
    const auto& before = came.series[i - 1];
    result += std::to_string(i) + "," + number(now.count.published - before.count.published) + "," +
              number(now.count.received - before.count.received) + "," +
              number(now.count.cycles - before.count.cycles) + "," +
              number(static_cast<double>(now.broker.cpu_ns - before.broker.cpu_ns) / 1e9) + "," +
              number(now.broker.resident_bytes) + "," +
              number(static_cast<double>(now.count.cpu_ns - before.count.cpu_ns) / 1e9) + "," +
              number(now.count.acknowledged - before.count.acknowledged) + "\n";
  }
  return result;
}

}  // namespace troupe::bench
