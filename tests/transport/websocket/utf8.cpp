#include "transport/websocket/utf8.hpp"

#include "tests/transport/websocket/bytes.hpp"

#define CAF_SUITE transport_websocket_utf8
#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;

namespace {

/// The definition of RFC 3629 by code points, one character after the other: slow and obvious.
bool plain_check(std::span<const std::byte> text) {
  for (std::size_t at = 0; at < text.size();) {
    auto lead = std::to_integer<unsigned>(text[at]);
    std::size_t size = lead < 0x80             ? 1
                       : (lead & 0xE0) == 0xC0 ? 2
                       : (lead & 0xF0) == 0xE0 ? 3
                       : (lead & 0xF8) == 0xF0 ? 4
                                               : 0;
    if (size == 0 || at + size > text.size()) return false;
    unsigned point = size == 1 ? lead : lead & (0x7Fu >> size);
    for (std::size_t i = 1; i < size; ++i) {
      auto next = std::to_integer<unsigned>(text[at + i]);
      if ((next & 0xC0) != 0x80) return false;
      point = point << 6 | (next & 0x3F);
    }
    static constexpr unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < least[size] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return false;
    at += size;
  }
  return true;
}

}  // namespace

CAF_TEST(every_sequence_of_up_to_three_bytes_is_judged_as_the_definition_does) {
  std::size_t wrong = 0;
  for (unsigned value = 0; value < 1u << 24; value += 1 + (value >> 16 < 0xC0 ? 251u : 0u)) {
    std::byte three[] = {std::byte(value >> 16), std::byte(value >> 8 & 0xFF), std::byte(value & 0xFF)};
    for (std::size_t size = 1; size <= 3; ++size)
      if (websocket::is_utf8({three, size}) != plain_check({three, size})) ++wrong;
  }
  CAF_CHECK_EQUAL(wrong, 0u);
}

CAF_TEST(four_bytes_at_every_border) {
  constexpr unsigned borders[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF};
  std::size_t wrong = 0;
  for (unsigned lead = 0xEE; lead <= 0xFF; ++lead)
    for (auto b : borders)
      for (auto c : borders)
        for (auto d : borders) {
          std::byte four[] = {std::byte(lead), std::byte(b), std::byte(c), std::byte(d)};
          if (websocket::is_utf8(four) != plain_check(four)) ++wrong;
        }
  CAF_CHECK_EQUAL(wrong, 0u);
}

CAF_TEST(a_text_may_be_cut_anywhere) {
  auto whole = bytes("plain ascii, \xC3\xA4\xE2\x82\xAC\xF0\x9F\x8E\xAD and more ascii behind it");
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    websocket::utf8_check check;
    CAF_CHECK(check.feed(std::span{whole}.first(cut)));
    auto resumed = websocket::utf8_check::resume(check.state());
    CAF_CHECK(resumed.feed(std::span{whole}.subspan(cut)));
    CAF_CHECK(resumed.complete());
  }
}

CAF_TEST(a_text_that_ends_inside_a_character_is_not_complete) {
  websocket::utf8_check check;
  CAF_CHECK(check.feed(hex("F0 9F 8E")));
  CAF_CHECK(!check.complete());
}
