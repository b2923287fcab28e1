#include "transport/websocket/utf8.hpp"

#include <cstring>

namespace troupe::websocket {

namespace {

// How many continuation bytes are missing, and where RFC 3629 narrows what the first of them may be (no overlong forms,
// no surrogates, nothing past U+10FFFF).
enum state : std::uint8_t {
  whole,
  one,
  two,
  three,
  two_after_e0,
  two_after_ed,
  three_after_f0,
  three_after_f4,
  broken
};

state begin(std::uint8_t byte) noexcept {
  if (byte < 0x80) return whole;
  if (byte < 0xC2) return broken;
  if (byte < 0xE0) return one;
  if (byte < 0xF0) return byte == 0xE0 ? two_after_e0 : byte == 0xED ? two_after_ed : two;
  if (byte > 0xF4) return broken;
  return byte == 0xF0 ? three_after_f0 : byte == 0xF4 ? three_after_f4 : three;
}

state go_on(std::uint8_t byte, std::uint8_t low, std::uint8_t high, state next) noexcept {
  return byte >= low && byte <= high ? next : broken;
}

state advance(std::uint8_t now, std::uint8_t byte) noexcept {
  switch (now) {
    case whole: return begin(byte);
    case one: return go_on(byte, 0x80, 0xBF, whole);
    case two: return go_on(byte, 0x80, 0xBF, one);
    case three: return go_on(byte, 0x80, 0xBF, two);
    case two_after_e0: return go_on(byte, 0xA0, 0xBF, one);
    case two_after_ed: return go_on(byte, 0x80, 0x9F, one);
    case three_after_f0: return go_on(byte, 0x90, 0xBF, two);
    case three_after_f4: return go_on(byte, 0x80, 0x8F, two);
    default: return broken;
  }
}

bool eight_ascii(const std::byte* at) noexcept {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return (word & 0x8080808080808080u) == 0;
}

}  // namespace

bool utf8_check::feed(std::span<const std::byte> part) noexcept {
  auto at = part.data();
  auto end = at + part.size();
  while (at != end && state_ != broken) {
    if (state_ == whole && end - at >= 8 && eight_ascii(at)) {
      at += 8;
      continue;
    }
    state_ = advance(state_, std::to_integer<std::uint8_t>(*at++));
  }
  return state_ != broken;
}

utf8_check utf8_check::resume(std::uint8_t state) noexcept {
  utf8_check result;
  result.state_ = state;
  return result;
}

bool is_utf8(std::span<const std::byte> text) noexcept {
  utf8_check check;
  return check.feed(text) && check.complete();
}

}  // namespace troupe::websocket
