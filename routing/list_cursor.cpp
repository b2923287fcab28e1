#include "routing/list_cursor.hpp"

namespace troupe {

list_cursor list_cursor::behind(std::string_view last) {
  list_cursor result;
  result.mark_ = whole;
  if (last.size() > bytes_max) {
    auto end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(last[end]) & 0xC0) == 0x80) --end;  // at the edge of a character
    last = last.substr(0, end);
    result.mark_ = cut;
  }
  result.last_ = last;
  return result;
}

std::optional<list_cursor> list_cursor::parse(std::string_view text) {
  list_cursor result;
  if (text.empty()) return result;
  if (text.front() != whole && text.front() != cut) return {};
  if (text.size() > bytes_max + 1) return {};
  result.mark_ = text.front();
  result.last_ = text.substr(1);
  return result;
}

std::string list_cursor::text() const { return at_beginning() ? std::string{} : mark_ + last_; }

}  // namespace troupe
