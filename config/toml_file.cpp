#include "config/toml_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <toml.hpp>

#include "config/log_escape.hpp"

namespace troupe::config {

namespace {

/// toml11 explains itself in a drawing of several lines, the first of which says what is wrong, after the name of the
/// function that found it.
std::string first_line(std::string_view text) {
  text = text.substr(0, text.find('\n'));
  for (std::string_view noise : {"[error] ", "toml::"})
    if (text.starts_with(noise)) text.remove_prefix(noise.size());
  const auto colon = text.find(": ");
  if (colon != std::string_view::npos && text.substr(0, colon).find('_') < text.find(' '))
    text.remove_prefix(colon + 2);
  while (text.ends_with('.')) text.remove_suffix(1);
  return std::string{text};
}

std::string describe(const std::string& path, const toml::exception& error) {
  const auto& at = error.location();
  return fmt::format("{}:{}: is not TOML: {} at '{}' (texts, sizes and durations stand in quotes)", path, at.line(),
                     first_line(error.what()), log::escape(at.line_str(), log_format::text));
}

/// Walks a parsed file, giving every leaf its dotted name.
class walk {
public:
  explicit walk(const std::string& path, file_settings& into) : path_{path}, into_{into} {}

  void root(const toml::value& value) {
    for (const auto& [key, child] : value.as_table(std::nothrow)) any(key, child);
    std::sort(lines_.begin(), lines_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [line, one] : lines_) into_.settings.push_back(std::move(one));
  }

private:
  void table(const std::string& name, const toml::value& value) {
    if (value.as_table(std::nothrow).empty()) add(value, {name, {}, {}, true});
    for (const auto& [key, child] : value.as_table(std::nothrow)) any(name + '.' + key, child);
  }

  void any(const std::string& name, const toml::value& value) {
    if (value.is_table()) return table(name, value);
    raw_value raw;
    if (value.is_array() ? list(value, raw) : scalar(value, raw.text)) {
      if (value.is_array())
        raw.kind = raw_value::kind::list;
      else if (value.is_integer())
        raw.kind = raw_value::kind::number;
      add(value, {name, std::move(raw), {}, false});
    } else {
      into_.errors.push_back(fmt::format("{}: {} has a value of a kind that no option takes", place(value), name));
    }
  }

  bool list(const toml::value& value, raw_value& raw) const {
    for (const auto& item : value.as_array(std::nothrow))
      if (!scalar(item, raw.items.emplace_back())) return false;
    return true;
  }

  /// Text of a value that is neither list nor table; false for dates, which no option takes.
  bool scalar(const toml::value& value, std::string& text) const {
    if (value.is_string())
      text = value.as_string(std::nothrow).str;
    else if (value.is_integer())
      text = fmt::format("{}", value.as_integer(std::nothrow));
    else if (value.is_boolean())
      text = value.as_boolean(std::nothrow) ? "true" : "false";
    else if (value.is_floating())
      text = fmt::format("{}", value.as_floating(std::nothrow));
    else
      return false;
    return true;
  }

  void add(const toml::value& at, setting one) {
    one.from = {origin::source::file, place(at)};
    lines_.emplace_back(at.location().line(), std::move(one));
  }

  std::string place(const toml::value& at) const { return fmt::format("{}:{}", path_, at.location().line()); }

  const std::string& path_;
  file_settings& into_;
  std::vector<std::pair<std::uint_least32_t, setting>> lines_;  // toml11 forgets the order of a table's keys
};

}  // namespace

file_settings read_toml(const std::string& path) {
  file_settings result;
  std::error_code failed;
  if (std::filesystem::is_directory(path, failed)) {
    result.errors.push_back(fmt::format("{}: is a directory, not a configuration file", path));
    return result;
  }
  std::ifstream file{path, std::ios::binary};
  if (!file) {
    result.errors.push_back(fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
    return result;
  }
  try {
    const auto root = toml::parse(file, path);
    walk{path, result}.root(root);
  } catch (const toml::exception& error) {
    result.errors.push_back(describe(path, error));
  } catch (const std::exception& error) {
    result.errors.push_back(fmt::format("{}: is not TOML: {}", path, first_line(error.what())));
  }
  return result;
}

}  // namespace troupe::config
