// Input: one byte that chooses the version (modulo 3: 3.1, 3.1.1, 5), then a stream as a peer would send it. Packets
// are framed and decoded one after the other; what decodes is encoded and decoded again and must mean the same.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "tests/transport/mqtt/round_trip.hpp"
#include "transport/mqtt/codec.hpp"

namespace {

using namespace troupe::mqtt;

constexpr version versions[] = {version::v3_1, version::v3_1_1, version::v5};
constexpr std::uint32_t packet_bytes_max = 2 * 1024 * 1024;

void check(const packet& value, version speaks) {
  const auto difference = data::difference_after_round_trip(value, speaks);
  if (difference.empty()) return;
  std::fprintf(stderr, "%s\n", difference.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  if (size == 0) return 0;
  auto speaks = versions[input[0] % 3];
  bytes_view stream{reinterpret_cast<const std::byte*>(input) + 1, size - 1};
  std::vector<std::byte> scratch;
  for (;;) {
    const auto found = next_frame(stream, packet_bytes_max);
    if (found.state != frame::state::complete) return 0;
    // In memory of its own, so that a read past the packet is seen.
    const std::vector<std::byte> bytes{stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(found.size)};
    stream = stream.subspan(found.size);
    const auto result = decode(bytes, speaks, scratch);
    if (scratch.size() > bytes.size()) std::abort();
    const auto* value = std::get_if<packet>(&result);
    if (!value) return 0;
    if (const auto* opened = std::get_if<connect>(value)) speaks = opened->version;
    check(*value, speaks);
  }
}
