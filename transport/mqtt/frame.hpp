#pragma once

#include <cstddef>
#include <cstdint>

#include "transport/mqtt/packets.hpp"

namespace troupe::mqtt {

/// The Remaining Length at the start of a packet (MQTT 5, 2.1.4).
struct remaining_length {
  std::uint32_t value = 0;
  std::uint32_t bytes = 0;  ///< 1..4; 5: there is no end to it in four bytes

  /// The whole packet, type byte included.
  std::size_t packet_bytes() const noexcept { return std::size_t{1} + bytes + value; }
};

/// Reads the length behind the first byte of `stream`, with zeros behind its end: when `1 + bytes` exceeds the stream,
/// the length is not all there yet. Precondition: the stream is not empty.
inline remaining_length read_remaining_length(bytes_view stream) noexcept {
  std::uint32_t word = 0;
  if (stream.size() > 4) [[likely]] {
    for (unsigned i = 0; i < 4; ++i) word |= std::to_integer<std::uint32_t>(stream[1 + i]) << 8 * i;
  } else {
    for (unsigned i = 0; i + 1 < stream.size(); ++i) word |= std::to_integer<std::uint32_t>(stream[1 + i]) << 8 * i;
  }
  // The first byte without a continuation bit ends the length: all bytes are gathered, those behind it masked away.
  const auto ends = ~word & 0x8080'8080u;
  if (ends == 0) return {0, 5};
  const auto bytes = (static_cast<unsigned>(__builtin_ctz(ends)) >> 3) + 1;
  const auto value = (word & 0x7F) | (word >> 1 & 0x3F80) | (word >> 2 & 0x1F'C000) | (word >> 3 & 0xFE0'0000);
  return {value & (0xFFF'FFFFu >> (28 - 7 * bytes)), bytes};
}

}  // namespace troupe::mqtt
