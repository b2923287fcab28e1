#include "routing/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace troupe {
namespace {

constexpr std::uint64_t every_byte = 0x0101010101010101;
constexpr std::uint64_t high_bits = every_byte * 0x80;

/// Whether none of eight bytes is 0 or past 0x7F.
bool plain(std::uint64_t eight) noexcept { return ((eight | (eight - every_byte)) & high_bits) == 0; }

bool in(unsigned char byte, unsigned first, unsigned last) noexcept { return byte >= first && byte <= last; }

/// Bytes of the well-formed sequence at `at` that begins beyond ASCII, 0 where there is none. The ranges of the second
/// byte keep out overlong forms, surrogates [MQTT-1.5.4-1] and what lies past U+10FFFF (Unicode, table 3-7).
std::size_t sequence(const unsigned char* at, std::size_t left) noexcept {
  auto tail = [&](std::size_t size, unsigned first, unsigned last) -> std::size_t {
    if (left < size || !in(at[1], first, last)) return 0;
    for (std::size_t i = 2; i < size; ++i)
      if (!in(at[i], 0x80, 0xBF)) return 0;
    return size;
  };
  auto lead = at[0];
  if (in(lead, 0xC2, 0xDF)) return tail(2, 0x80, 0xBF);
  if (in(lead, 0xE0, 0xEF)) return tail(3, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF);
  if (in(lead, 0xF0, 0xF4)) return tail(4, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF);
  return 0;
}

}  // namespace

bool valid_utf8(std::string_view text) noexcept {
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  auto left = text.size();
  while (left != 0) {
    std::uint64_t eight = 0;
    if (left >= sizeof eight && (std::memcpy(&eight, at, sizeof eight), plain(eight))) {
      at += sizeof eight;
      left -= sizeof eight;
      continue;
    }
    auto size = in(*at, 0x01, 0x7F) ? 1 : sequence(at, left);  // [MQTT-1.5.4-2]
    if (size == 0) return false;
    at += size;
    left -= size;
  }
  return true;
}

}  // namespace troupe
