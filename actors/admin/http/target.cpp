#include "actors/admin/http/target.hpp"

#include <cstddef>
#include <utility>

#include "routing/utf8.hpp"

namespace troupe::admin {

namespace {

constexpr std::size_t segments_max = 32;
constexpr std::size_t parameters_max = 32;

std::optional<unsigned> hexadecimal(char digit) {
  if (digit >= '0' && digit <= '9') return static_cast<unsigned>(digit - '0');
  if (digit >= 'a' && digit <= 'f') return static_cast<unsigned>(digit - 'a' + 10);
  if (digit >= 'A' && digit <= 'F') return static_cast<unsigned>(digit - 'A' + 10);
  return std::nullopt;
}

/// Takes what stands before the next `separator` off `rest`, and the separator.
std::string_view take(std::string_view& rest, char separator) {
  const auto at = rest.find(separator);
  const auto taken = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return taken;
}

bool read_path(std::string_view text, target& into) {
  while (!text.empty()) {
    text.remove_prefix(1);  // the slash before each segment
    const auto end = text.find('/');
    auto encoded = text.substr(0, end);
    if (encoded.ends_with(';')) encoded.remove_suffix(1);
    auto segment = percent_decoded(encoded);
    if (!segment || into.segments.size() == segments_max) return false;
    into.path += '/';
    into.path += *segment;
    into.segments.push_back(std::move(*segment));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end);
  }
  return true;
}

// As browsers write the fields of a form: a plus sign is a space.
bool read_query(std::string_view text, target& into) {
  while (!text.empty()) {
    auto value_text = take(text, '&');
    if (value_text.empty()) continue;
    auto name = percent_decoded(take(value_text, '='), true);
    auto value = percent_decoded(value_text, true);
    if (!name || !value) return false;
    into.query.insert_or_assign(std::move(*name), std::move(*value));
    if (into.query.size() > parameters_max) return false;
  }
  return true;
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += plus_is_space && text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const auto high = hexadecimal(text[i + 1]);
    const auto low = hexadecimal(text[i + 2]);
    if (!high || !low) return std::nullopt;
    result += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  if (!valid_utf8(result)) return std::nullopt;
  return result;
}

std::optional<target> parse_target(std::string_view text) {
  if (text.empty() || text.front() != '/' || text.find('#') != std::string_view::npos) return std::nullopt;
  target result;
  const auto path = take(text, '?');
  if (!read_path(path, result) || !read_query(text, result)) return std::nullopt;
  return result;
}

}  // namespace troupe::admin
