#include "actors/admin/sampler.hpp"

#include <algorithm>
#include <cmath>

namespace troupe::admin {

namespace {

std::vector<std::string> metric_names(std::size_t loops) {
  std::vector<std::string> names{"connections",    "sessions",       "received",      "sent",
                                 "bytes_received", "bytes_sent",     "dropped",       "memory_bytes",
                                 "latency_p50_us", "latency_p95_us", "latency_p99_us"};
  for (std::size_t i = 0; i < loops; ++i) names.push_back("loop_" + std::to_string(i) + "_busy");
  return names;
}

/// By the clock of the loops.
std::chrono::seconds this_second() {
  return std::chrono::floor<std::chrono::seconds>(node_clock::now().time_since_epoch());
}

}  // namespace

std::uint64_t sampler::now_ms() {
  return static_cast<std::uint64_t>(
    std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()).time_since_epoch().count());
}

sampler::sampler(const node_view& node)
  : node_{node},
    started_at_{now_ms()},
    sampled_{std::chrono::steady_clock::now()},
    processor_time_(node.stations.size()),
    history_{metric_names(node.stations.size())} {
  latest_.busy_share.resize(node.stations.size());
}

node_totals sampler::totals() const {
  node_totals sum;
  for (const auto& station : node_.stations) {
    const auto& of = station->place().counters;
    sum.sessions += of.sessions.value();
    sum.connected += of.connected.value();
    sum.connections_accepted += of.connections_accepted.value();
    sum.connections_refused += of.connections_refused.value();
    sum.received += of.messages_received.value();
    sum.sent += of.messages_sent.value();
    sum.bytes_received += of.bytes_received.value();
    sum.bytes_sent += of.bytes_sent.value();
    sum.protocol_errors += of.protocol_errors.value();
    for (std::size_t i = 0; i < sum.dropped.size(); ++i) sum.dropped[i] += of.drops[i].value();
  }
  return sum;
}

std::vector<const latency_sketch*> sampler::sketches() const {
  std::vector<const latency_sketch*> loops;
  for (const auto& each : node_.stations) loops.push_back(&each->place().routes.latency());
  return loops;
}

latency_figures sampler::latency() const { return latency_sketch::figures(sketches(), this_second()); }

void sampler::sample() {
  const auto now = std::chrono::steady_clock::now();
  const auto seconds = std::max(std::chrono::duration<double>(now - std::exchange(sampled_, now)).count(), 1e-3);
  const auto before = std::exchange(latest_.totals, totals());
  const auto& after = latest_.totals;
  const auto rate = [&](std::uint64_t from, std::uint64_t to) { return static_cast<double>(to - from) / seconds; };
  const auto came = after.connections_accepted - before.connections_accepted;
  latest_.rates = {rate(before.received, after.received),
                   rate(before.sent, after.sent),
                   rate(before.bytes_received, after.bytes_received),
                   rate(before.bytes_sent, after.bytes_sent),
                   static_cast<double>(came) / seconds,
                   std::max(0.0, (static_cast<double>(came) + static_cast<double>(before.connected) -
                                  static_cast<double>(after.connected)) /
                                   seconds)};
  for (std::size_t i = 0; i < processor_time_.size(); ++i) {
    const auto used = node_.stations[i]->loop().processor_time();
    const auto more = used - std::exchange(processor_time_[i], used);
    latest_.busy_share[i] = std::clamp(std::chrono::duration<double>(more).count() / seconds, 0.0, 1.0);
  }
  std::uint64_t dropped = 0;
  for (std::size_t i = 0; i < after.dropped.size(); ++i) dropped += after.dropped[i] - before.dropped[i];
  std::vector<float> values;
  for (const auto value :
       {static_cast<double>(after.connected), static_cast<double>(after.sessions), latest_.rates.received,
        latest_.rates.sent, latest_.rates.bytes_received, latest_.rates.bytes_sent,
        static_cast<double>(dropped) / seconds, static_cast<double>(actors::resident_bytes())})
    values.push_back(static_cast<float>(value));
  latencies_.take(sketches(), this_second());
  const auto waits = latency();
  for (const auto each : {waits.p50, waits.p95, waits.p99})
    values.push_back(waits.count == 0 ? std::nanf("") : static_cast<float>(each));
  for (const auto share : latest_.busy_share) values.push_back(static_cast<float>(share));
  history_.record(std::chrono::seconds{now_ms() / 1000}, values);
}

}  // namespace troupe::admin
