#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "routing/publication.hpp"
#include "transport/mqtt/codec.hpp"

namespace {

using namespace troupe;

constexpr auto speaks = mqtt::version::v5;

std::vector<std::byte> encoded(const mqtt::packet& packet) {
  std::vector<std::byte> result;
  mqtt::encode(packet, speaks, result);
  return result;
}

mqtt::publish publish_of(const std::vector<std::byte>& payload) {
  return {.qos = qos::at_least_once, .topic = "building/7/floor/3/temperature", .packet_id = 42, .payload = payload};
}

mqtt::connect connect_packet() {
  return {.version = speaks,
          .keep_alive = 60,
          .client_id = "device-0123456789",
          .user_name = "device",
          .session_expiry = 3600,
          .receive_maximum = 20};
}

void publish_encode(benchmark::State& state) {
  std::vector<std::byte> payload(static_cast<std::size_t>(state.range(0))), out;
  const auto packet = mqtt::packet{publish_of(payload)};
  for (auto _ : state) {
    out.clear();
    mqtt::encode(packet, speaks, out);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(publish_encode)->Arg(16)->Arg(256)->Arg(4096);

void publish_decode(benchmark::State& state) {
  std::vector<std::byte> payload(static_cast<std::size_t>(state.range(0))), scratch;
  const auto bytes = encoded(publish_of(payload));
  for (auto _ : state) {
    auto frame = mqtt::next_frame(bytes, 1 << 20);
    auto packet = mqtt::decode(std::span{bytes}.first(frame.size), speaks, scratch);
    benchmark::DoNotOptimize(packet);
  }
}
BENCHMARK(publish_decode)->Arg(16)->Arg(256)->Arg(4096);

/// What the node does for each receiver of a publication.
void publish_encode_delivery(benchmark::State& state) {
  std::vector<std::byte> payload(static_cast<std::size_t>(state.range(0)));
  auto body =
    publication::make({.topic = "building/7/floor/3/temperature", .payload = payload, .qos = qos::at_least_once});
  mqtt::outbox out;
  for (auto _ : state) {
    mqtt::encode_publish(body, {.packet_id = 42, .qos = qos::at_least_once}, speaks, out);
    benchmark::DoNotOptimize(out.size());
    out.clear();
  }
}
BENCHMARK(publish_encode_delivery)->Arg(16)->Arg(256)->Arg(4096)->Arg(64 * 1024);

void connect_encode(benchmark::State& state) {
  std::vector<std::byte> out;
  const auto packet = mqtt::packet{connect_packet()};
  for (auto _ : state) {
    out.clear();
    mqtt::encode(packet, speaks, out);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(connect_encode);

void connect_decode(benchmark::State& state) {
  std::vector<std::byte> scratch;
  const auto bytes = encoded(connect_packet());
  for (auto _ : state) {
    auto packet = mqtt::decode(bytes, speaks, scratch);
    benchmark::DoNotOptimize(packet);
  }
}
BENCHMARK(connect_decode);

void puback_encode(benchmark::State& state) {
  std::vector<std::byte> out;
  for (auto _ : state) {
    out.clear();
    mqtt::encode_acknowledgement(mqtt::packet_type::puback, 42, mqtt::reason::success, speaks, out);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(puback_encode);

}  // namespace
