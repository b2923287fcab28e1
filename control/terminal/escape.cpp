#include "control/terminal/escape.hpp"

#include <cstdint>
#include <iterator>

#include <fmt/format.h>

#include "config/log_escape.hpp"

namespace troupe::control {

namespace {

/// A character that steers a terminal, at the start of some UTF-8.
struct steering {
  std::uint32_t code_point = 0;
  std::size_t bytes = 0;  ///< 0: it is none
};

std::uint8_t byte_at(std::string_view text, std::size_t place) {
  return place < text.size() ? static_cast<std::uint8_t>(text[place]) : 0;
}

/// U+200E, U+200F: marks. U+2028, U+2029: ends of lines. U+202A to U+202E, U+2066 to U+2069: embeddings, isolates.
bool turns_direction(std::uint32_t code_point) {
  return (code_point >= 0x200E && code_point <= 0x200F) || (code_point >= 0x2028 && code_point <= 0x202E) ||
         (code_point >= 0x2066 && code_point <= 0x2069);
}

steering steering_at(std::string_view text) {
  const auto first = byte_at(text, 0);
  if (first == 0x7F) return {first, 1};
  if (first == 0xC2 && byte_at(text, 1) >= 0x80 && byte_at(text, 1) <= 0x9F) return {byte_at(text, 1), 2};
  if (first == 0xD8 && byte_at(text, 1) == 0x9C) return {0x61C, 2};  // the Arabic mark
  if (first != 0xE2) return {};
  const auto code_point = 0x2000u | (byte_at(text, 1) & 0x3Fu) << 6 | (byte_at(text, 2) & 0x3Fu);
  return turns_direction(code_point) ? steering{code_point, 3} : steering{};
}

}  // namespace

std::string escaped_json(std::string_view json) {
  std::string result;
  result.reserve(json.size());
  while (!json.empty()) {
    const auto found = steering_at(json);
    const auto first = byte_at(json, 0);
    // A control character of ASCII is none of JSON, but what says so may be anything.
    if (found.bytes != 0)
      fmt::format_to(std::back_inserter(result), "\\u{:04x}", found.code_point);
    else if (first >= 0x20 || first == '\n')
      result += json.front();
    else
      fmt::format_to(std::back_inserter(result), "\\u{:04x}", first);
    json.remove_prefix(found.bytes == 0 ? 1 : found.bytes);
  }
  return result;
}

// What log::escape leaves is UTF-8 without control characters.
std::string escaped(std::string_view text) { return escaped_json(log::escape(text, config::log_format::text)); }

}  // namespace troupe::control
