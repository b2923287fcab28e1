#include <vector>

#include <benchmark/benchmark.h>

#include "transport/websocket/frame_decoder.hpp"
#include "transport/websocket/frame_encoder.hpp"

namespace {

using namespace troupe;

constexpr std::array<std::byte, 4> mask{std::byte{0x12}, std::byte{0x34}, std::byte{0x56}, std::byte{0x78}};

void unmask(benchmark::State& state) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    websocket::unmask(bytes.data(), bytes.data(), bytes.size(), mask);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(unmask)->Arg(16)->Arg(256)->Arg(4096)->Arg(64 * 1024);

/// One read of 8 KiB at the most, full of frames of one size. The bytes are restored for each: decoding unmasks them in
/// place, and unmasking them again is the cheapest way back.
void decode_frames(benchmark::State& state) {
  const auto payload_bytes = static_cast<std::size_t>(state.range(0));
  std::vector<std::byte> payload(payload_bytes), read;
  std::int64_t frames = 0;
  do {
    websocket::append_client_frame(read, websocket::opcode::binary, payload, mask);
    ++frames;
  } while (read.size() + payload_bytes + 14 <= 8192);
  const websocket::frame_rules rules;
  websocket::frame_decoder decoder;
  std::vector<std::byte> work;
  for (auto _ : state) {
    work.assign(read.begin(), read.end());
    websocket::received_bytes from{work};
    while (decoder.next(from, rules).kind != websocket::frame_event::kind::none) {
    }
    benchmark::DoNotOptimize(from.data().data());
  }
  state.SetItemsProcessed(state.iterations() * frames);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(read.size()));
}
BENCHMARK(decode_frames)->Arg(16)->Arg(256)->Arg(4096);

void server_header(benchmark::State& state) {
  for (auto _ : state) {
    auto header = websocket::server_header(websocket::opcode::binary, 256);
    benchmark::DoNotOptimize(header);
  }
}
BENCHMARK(server_header);

}  // namespace
