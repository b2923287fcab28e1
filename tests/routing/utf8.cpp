#define CAF_SUITE routing_utf8

#include <caf/test/unit_test.hpp>

#include <string>
#include <string_view>

#include "routing/utf8.hpp"

using namespace troupe;
using namespace std::string_view_literals;

namespace {

/// The text at every place relative to the words of eight bytes that the check reads.
bool valid_everywhere(std::string_view text) {
  for (std::size_t before = 0; before < 9; ++before)
    for (std::size_t after : {0u, 1u, 7u, 8u})
      if (!valid_utf8(std::string(before, 'a').append(text).append(after, 'z'))) return false;
  return true;
}

bool valid_anywhere(std::string_view text) {
  for (std::size_t before = 0; before < 9; ++before)
    for (std::size_t after : {0u, 1u, 7u, 8u})
      if (valid_utf8(std::string(before, 'a').append(text).append(after, 'z'))) return true;
  return false;
}

/// The straightforward encoder, for code points that may be written and for those that may not.
std::string encoded(std::uint32_t point) {
  auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  if (point < 0x80) return {byte(point)};
  if (point < 0x800) return {byte(0xC0 | point >> 6), byte(0x80 | (point & 0x3F))};
  if (point < 0x10000) return {byte(0xE0 | point >> 12), byte(0x80 | (point >> 6 & 0x3F)), byte(0x80 | (point & 0x3F))};
  return {byte(0xF0 | point >> 18), byte(0x80 | (point >> 12 & 0x3F)), byte(0x80 | (point >> 6 & 0x3F)),
          byte(0x80 | (point & 0x3F))};
}

}  // namespace

CAF_TEST(text_of_any_script_is_valid) {
  for (auto text :
       {""sv, "a"sv, "plain ascii of some length"sv, "\xC3\xA4\xC3\xB6\xC3\xBC"sv, "\xE6\xB8\xA9\xE5\xBA\xA6"sv,
        "\xF0\x9F\x8C\xA1"sv, "\xEF\xBB\xBF"sv, "\xEF\xBF\xBD"sv, "\x01\x1F\x7F"sv})
    CAF_CHECK(valid_everywhere(text));
}

CAF_TEST(every_code_point_but_zero_and_the_surrogates_is_valid) {
  for (std::uint32_t point = 1; point < 0x110000; ++point) {
    auto surrogate = point >= 0xD800 && point <= 0xDFFF;
    if (valid_utf8(encoded(point)) == surrogate) CAF_FAIL("wrong for code point " << point);
  }
  CAF_CHECK(!valid_utf8(encoded(0x110000)));
}

// [MQTT-1.5.4-2]
CAF_TEST(a_zero_character_is_refused) {
  CAF_CHECK(!valid_anywhere("\0"sv));
  CAF_CHECK(!valid_anywhere("\xC3\xA4\0"sv));
}

// [MQTT-1.5.4-1]
CAF_TEST(malformed_text_is_refused) {
  for (auto text : {"\x80"sv,
                    "\xBF"sv,
                    "\xC0\x80"sv,
                    "\xC1\xBF"sv,
                    "\xC3"sv,
                    "\xC3("sv,
                    "\xE0\x80\x80"sv,
                    "\xE0\x9F\xBF"sv,
                    "\xE2\x82"sv,
                    "\xE2\x28\xA1"sv,
                    "\xE2\x82\x28"sv,
                    "\xED\xA0\x80"sv,
                    "\xED\xBF\xBF"sv,
                    "\xF0\x80\x80\x80"sv,
                    "\xF0\x8F\xBF\xBF"sv,
                    "\xF0\x9F\x8C"sv,
                    "\xF4\x90\x80\x80"sv,
                    "\xF5\x80\x80\x80"sv,
                    "\xFE"sv,
                    "\xFF"sv})
    CAF_CHECK(!valid_anywhere(text));
}
