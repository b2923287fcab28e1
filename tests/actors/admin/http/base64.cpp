#define CAF_SUITE admin_base64
#include "actors/admin/http/base64.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::admin;
using namespace std::string_view_literals;

namespace {

std::string encoded(std::string_view of) { return to_base64(std::as_bytes(std::span{of})); }

}  // namespace

CAF_TEST(the_examples_of_the_standard_go_both_ways) {  // RFC 4648, 10
  const std::pair<std::string_view, std::string_view> examples[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\x00\xff\xfe"sv, "AP/+"},
  };
  for (const auto& [bytes, text] : examples) {
    CAF_CHECK_EQUAL(encoded(bytes), text);
    CAF_CHECK(from_base64(text) == std::string{bytes});
  }
}

CAF_TEST(every_byte_at_every_place_comes_back) {
  for (std::size_t size = 1; size <= 4; ++size)
    for (std::size_t at = 0; at < size; ++at)
      for (int value = 0; value < 256; ++value) {
        std::string bytes(size, 'x');
        bytes[at] = static_cast<char>(value);
        if (from_base64(encoded(bytes)) != bytes) CAF_ERROR("byte " << value << " at " << at << " of " << size);
      }
}

CAF_TEST(large_texts_come_back) {
  const std::string bytes(3'000'001, '\xa5');
  CAF_CHECK(from_base64(encoded(bytes)) == bytes);
}

CAF_TEST(what_is_none_is_refused) {
  for (auto wrong :
       {"A"sv,    "AA"sv,       "AAA"sv,  "AAAAA"sv, "Zg="sv,    "Zg"sv,     "Z==="sv,      "===="sv,
        "="sv,    "Zg==Zg=="sv, "Z=g="sv, "=AAA"sv,  "Zm9v\n"sv, "\nZm9v"sv, "Zm9vZm9\n"sv, "    Zm9v"sv,
        "    "sv, "Zm9v    "sv, "Zm 9"sv, "Zm9-"sv,  "Zm9_"sv,   "Zm\0v"sv,  "Zm9\xff"sv,   "Zm9v\r\n\r\n"sv})
    if (from_base64(wrong)) CAF_ERROR("taken: '" << std::string{wrong} << "'");
}

CAF_TEST(bits_behind_the_last_byte_are_refused) {
  CAF_CHECK(from_base64("Zg=="));
  for (auto wrong : {"Zh==", "Zv==", "Zm9=", "Zm/="}) CAF_CHECK(!from_base64(wrong));
}
