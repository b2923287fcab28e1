#include "bench/report/figures.hpp"

#include <algorithm>
#include <utility>

namespace troupe::bench {

namespace {

double per(double value, std::uint64_t count) { return count == 0 ? 0 : value / static_cast<double>(count); }

void measure_window(const outcome& came, figures& to) {
  if (came.series.size() < 2) return;
  const auto& last = came.series.back();
  const auto& first = came.series[std::min(came.measured_from, came.series.size() - 2)];
  to.seconds = static_cast<double>(last.at - first.at) / 1e9;
  to.published = last.count.published - first.count.published;
  to.received = last.count.received - first.count.received;
  to.cycles = last.count.cycles - first.count.cycles;
  to.broker_cpu_seconds = static_cast<double>(last.broker.cpu_ns - first.broker.cpu_ns) / 1e9;
  to.own_cpu_seconds = static_cast<double>(last.count.cpu_ns - first.count.cpu_ns) / 1e9;
  to.messages = to.published != 0 ? to.published : to.received != 0 ? to.received : to.cycles;
  to.sends_per_message = per(static_cast<double>(last.count.sends - first.count.sends), to.messages);
  to.receives_per_message = per(static_cast<double>(last.count.receives - first.count.receives), to.messages);
}

void count_losses(const plan& what, const outcome& came, figures& to) {
  const auto& count = came.total;
  if (what.closed_circle()) to.expected = count.owed;
  if (what.stamped())
    to.lost = what.closed_circle() ? to.expected - std::min(to.expected, count.ledger.distinct) : count.ledger.missing;
  if (what.publishers() != 0) to.unsent = came.planned - std::min(came.planned, count.published);
  if (what.qos != troupe::qos::at_most_once) to.unacknowledged = count.published - count.acknowledged;
}

}  // namespace

figures figures_of(const plan& what, const outcome& came) {
  figures result;
  measure_window(came, result);
  if (result.seconds > 0) {
    result.published_rate = static_cast<double>(result.published) / result.seconds;
    result.received_rate = static_cast<double>(result.received) / result.seconds;
    result.cycle_rate = static_cast<double>(result.cycles) / result.seconds;
  }
  result.broker_us_per_message = per(result.broker_cpu_seconds * 1e6, result.published);
  result.broker_us_per_delivery = per(result.broker_cpu_seconds * 1e6, result.received);
  result.broker_us_per_cycle = per(result.broker_cpu_seconds * 1e6, result.cycles);
  result.own_us_per_message = per(result.own_cpu_seconds * 1e6, result.messages);
  if (came.storm_began != 0 && came.total.last_back_at > came.storm_began)
    result.storm_seconds = static_cast<double>(came.total.last_back_at - came.storm_began) / 1e9;
  count_losses(what, came, result);
  return result;
}

std::optional<double> figure_of(std::string_view name, const plan& what, const outcome& came) {
  const auto of = figures_of(what, came);
  const std::pair<std::string_view, double> known[]{
    {"p50_ms", came.latency.percentile(0.5) / 1e6},
    {"p95_ms", came.latency.percentile(0.95) / 1e6},
    {"p99_ms", came.latency.percentile(0.99) / 1e6},
    {"broker_us_per_message", of.broker_us_per_message},
    {"broker_us_per_delivery", of.broker_us_per_delivery},
    {"broker_bytes_per_connection", came.broker_bytes_per_connection},
    {"storm_s", of.storm_seconds},
    {"published_per_s", of.published_rate},
    {"received_per_s", of.received_rate},
  };
  for (const auto& [its_name, value] : known)
    if (its_name == name) return value;
  return std::nullopt;
}

}  // namespace troupe::bench
