#include "control/terminal/columns.hpp"

#include <array>
#include <cstdint>

namespace troupe::control {

namespace {

struct range {
  std::uint32_t first, last;
};

// The blocks, not every character: a column too few or too many in a rare script only bends a table.
constexpr std::array combining{range{0x300, 0x36F}, range{0x200B, 0x200D}, range{0x20D0, 0x20FF},
                               range{0xFE00, 0xFE0F}};
constexpr std::array wide{range{0x1100, 0x115F}, range{0x2E80, 0xA4CF},   range{0xAC00, 0xD7A3},
                          range{0xF900, 0xFAFF}, range{0xFE30, 0xFE6F},   range{0xFF00, 0xFF60},
                          range{0xFFE0, 0xFFE6}, range{0x1F300, 0x1FAFF}, range{0x20000, 0x3FFFD}};

template <std::size_t Size>
bool in(const std::array<range, Size>& ranges, std::uint32_t code_point) {
  for (const auto& each : ranges)
    if (code_point >= each.first && code_point <= each.last) return true;
  return false;
}

struct character {
  std::size_t bytes = 1, columns = 1;
};

/// The first character of text that is not empty; a byte that starts none counts as one.
character first_of(std::string_view text) {
  const auto first = static_cast<std::uint8_t>(text.front());
  const std::size_t bytes = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (bytes == 1 || bytes > text.size()) return {};
  std::uint32_t code_point = first & (0xFFu >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) code_point = code_point << 6 | (static_cast<std::uint8_t>(text[i]) & 0x3Fu);
  if (in(combining, code_point)) return {bytes, 0};
  return {bytes, in(wide, code_point) ? std::size_t{2} : std::size_t{1}};
}

}  // namespace

std::size_t columns_of(std::string_view text) {
  std::size_t result = 0;
  while (!text.empty()) {
    const auto each = first_of(text);
    result += each.columns;
    text.remove_prefix(each.bytes);
  }
  return result;
}

std::string cut(std::string_view text, std::size_t columns_max) {
  if (columns_of(text) <= columns_max) return std::string{text};
  if (columns_max == 0) return {};
  std::size_t bytes = 0, columns = 0;
  for (;;) {
    const auto each = first_of(text.substr(bytes));
    if (columns + each.columns > columns_max - 1) break;
    bytes += each.bytes;
    columns += each.columns;
  }
  return std::string{text.substr(0, bytes)} + "…";
}

}  // namespace troupe::control
