#include "actors/admin/history/event_json.hpp"

#include <algorithm>

#include "routing/utf8.hpp"

namespace troupe::admin {

namespace {

/// Bytes of the valid character that the text begins with; 0: there is none. U+0000 counts as valid here.
std::size_t character_bytes(std::string_view text) noexcept {
  if (text[0] == '\0') return 1;
  for (std::size_t bytes = 1; bytes <= std::min<std::size_t>(4, text.size()); ++bytes)
    if (valid_utf8(text.substr(0, bytes))) return bytes;
  return 0;
}

}  // namespace

std::string valid_text(std::string_view text) {
  if (valid_utf8(text)) return std::string{text};
  std::string result;
  while (!text.empty()) {
    const auto bytes = character_bytes(text);
    result += bytes == 0 ? std::string_view{"\xEF\xBF\xBD"} : text.substr(0, bytes);
    text.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  return result;
}

boost::json::object to_json(const event& what) {
  boost::json::object result;
  const auto add = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) result.emplace(name, valid_text(text));
  };
  result.emplace("id", what.id);
  result.emplace("at", what.at.count());
  result.emplace("kind", to_string(what.kind));
  add("client", what.client);
  add("actor", what.actor);
  add("address", what.address);
  add("listener", what.listener);
  add("text", what.text);
  if (what.reason_code) result.emplace("reason_code", *what.reason_code);
  if (what.close_code) result.emplace("close_code", *what.close_code);
  add("by", what.by);
  return result;
}

}  // namespace troupe::admin
