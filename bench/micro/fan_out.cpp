#include <deque>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "actors/session/protocol/protocol.hpp"

namespace {

using namespace troupe;

constexpr std::uint16_t window = 100;

/// Session records with a link each, whose output is thrown away.
class audience {
public:
  audience(std::size_t size, qos at) : records_(size), at_{at} {
    limits_.inflight_max = window;
    for (std::size_t i = 0; i < size; ++i) {
      session::connect_request request;
      request.version = mqtt::version::v5;
      request.client_id = "receiver-" + std::to_string(i);
      session::connected(records_[i], environment(), request, false, fx_);
      apply(records_[i]);
    }
  }

  /// One publication to everybody, as a delivery does it: decided, applied, encoded.
  void deliver(const publication_ptr& body) {
    session::addressing to;
    to.qos = at_;
    for (auto& each : records_) {
      session::deliver(each, environment(), body, to, fx_);
      apply(each);
    }
  }

  void acknowledge_everything() {
    std::vector<std::byte> packet;
    for (auto& each : records_)
      while (auto id = each.inflight.first()) {
        packet.clear();
        mqtt::encode_acknowledgement(mqtt::packet_type::puback, id, mqtt::reason::success, mqtt::version::v5, packet);
        session::packet(each, environment(), packet, fx_);
        apply(each);
      }
  }

private:
  session::environment environment() const { return {.limits = limits_, .outbox_room = 1 << 20}; }
  void apply(session::record& to) {
    session::apply(to, fx_);
    benchmark::DoNotOptimize(fx_.out.size());
    fx_.clear();
  }

  config::limits limits_;
  std::vector<session::record> records_;
  session::effects fx_;
  qos at_;
};

void fan_out(benchmark::State& state, qos at) {
  constexpr std::size_t receivers = 1'000;
  audience who{receivers, at};
  const std::vector<std::byte> payload(256);
  auto body = publication::make({.topic = "news/today", .payload = payload, .qos = at});
  auto open = 0;
  for (auto _ : state) {
    who.deliver(body);
    if (at == qos::at_most_once || ++open < window) continue;
    state.PauseTiming();
    who.acknowledge_everything();
    open = 0;
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(receivers));
}
BENCHMARK_CAPTURE(fan_out, 1000_qos0, qos::at_most_once);
BENCHMARK_CAPTURE(fan_out, 1000_qos1, qos::at_least_once);

void deliver_and_acknowledge(benchmark::State& state) {
  constexpr std::size_t receivers = 1'000;
  audience who{receivers, qos::at_least_once};
  const std::vector<std::byte> payload(256);
  auto body = publication::make({.topic = "news/today", .payload = payload, .qos = qos::at_least_once});
  for (auto _ : state) {
    who.deliver(body);
    who.acknowledge_everything();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(receivers));
}
BENCHMARK(deliver_and_acknowledge)->Name("deliver_and_acknowledge/1000");

}  // namespace
