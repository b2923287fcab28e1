#pragma once

#include <string>
#include <vector>

#include "tests/transport/mqtt/describe.hpp"
#include "transport/mqtt/codec.hpp"

namespace troupe::mqtt::data {

/// Encodes what was decoded and decodes it again. Returns what differs; empty when the meaning is the same.
inline std::string difference_after_round_trip(const packet& value, version speaks) {
  std::vector<std::byte> bytes;
  encode(value, speaks, bytes);
  if (bytes.size() != encoded_size(value, speaks)) return "encoded_size is wrong for " + describe(value);
  const auto found = next_frame(bytes, 0xFFFF'FFFF);
  if (found.state != frame::state::complete || found.size != bytes.size())
    return "no frame: " + hex(bytes) + " of " + describe(value);
  std::vector<std::byte> scratch;
  const auto again = decode(bytes, speaks, scratch);
  if (!scratch.empty()) return "the encoder left properties apart: " + hex(bytes);
  const auto before = describe(value);
  const auto after = describe(again);
  return before == after ? std::string{} : before + "\nbecame\n" + after;
}

}  // namespace troupe::mqtt::data
