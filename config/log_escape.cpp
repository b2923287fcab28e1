#include "config/log_escape.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>

namespace troupe::log {

namespace {

struct character {
  std::uint32_t code_point = 0;
  std::size_t size = 0;  ///< in bytes; 0: no UTF-8 here
};

std::size_t size_from_first(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

character next_character(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const auto size = size_from_first(first);
  if (size == 1) return {first, 1};
  if (size == 0 || size > text.size()) return {};
  std::uint32_t code_point = first & (0xFFu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0) != 0x80) return {};
    code_point = code_point << 6 | (next & 0x3F);
  }
  constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (code_point < least[size] || code_point > 0x10FFFF || surrogate) return {};
  return {code_point, size};
}

bool is_control(std::uint32_t code_point) { return code_point < 0x20 || (code_point >= 0x7F && code_point <= 0x9F); }

void append_control(std::string& to, std::uint32_t code_point) {
  switch (code_point) {
    case '\n': to += "\\n"; break;
    case '\r': to += "\\r"; break;
    case '\t': to += "\\t"; break;
    default: fmt::format_to(std::back_inserter(to), "\\u{:04x}", code_point);
  }
}

}  // namespace

std::string escape(std::string_view message, config::log_format format) {
  const bool json = format == config::log_format::json;
  std::string line;
  line.reserve(message.size() + 16);
  while (!message.empty()) {
    const auto [code_point, size] = next_character(message);
    if (size == 0) {
      if (json)
        line += "\xEF\xBF\xBD";
      else
        fmt::format_to(std::back_inserter(line), "\\x{:02x}", static_cast<unsigned char>(message.front()));
    } else if (is_control(code_point)) {
      append_control(line, code_point);
    } else {
      if (json && (code_point == '"' || code_point == '\\')) line += '\\';
      line += message.substr(0, size);
    }
    message.remove_prefix(size == 0 ? 1 : size);
  }
  return line;
}

}  // namespace troupe::log
