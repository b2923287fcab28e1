#include "config/environment.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace troupe::config {

namespace {

constexpr std::string_view prefix = "TROUPE_";
constexpr std::string_view separator = "__";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c; }

void replace_all(std::string& in, std::string_view what, std::string_view by) {
  for (auto at = in.find(what); at != std::string::npos; at = in.find(what, at + by.size()))
    in.replace(at, what.size(), by);
}

std::string lowered(std::string_view text) {
  std::string result{text};
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

/// The option whose name differs from a variable's only in its separators.
std::string meant_by(std::string_view variable, const std::vector<std::string>& known) {
  for (const auto& option : known) {
    auto flat = option;
    replace_all(flat, ".", "_");
    if (flat == variable) return option;
  }
  return {};
}

}  // namespace

std::string variable_of(const std::string& option) {
  auto name = option;
  replace_all(name, ".", separator);
  std::transform(name.begin(), name.end(), name.begin(), upper);
  return std::string{prefix} + name;
}

std::vector<setting> read_environment(const environment_variables& variables, const std::vector<std::string>& known,
                                      std::vector<std::string>& errors) {
  std::vector<setting> result;
  for (const auto& [variable, value] : variables) {
    if (!variable.starts_with(prefix)) continue;
    auto name = lowered(std::string_view{variable}.substr(prefix.size()));
    if (name.find(separator) != std::string::npos) {
      replace_all(name, separator, ".");
      result.push_back({name, {raw_value::kind::text, value, {}}, {origin::source::environment, variable}, false});
    } else if (const auto option = meant_by(name, known); option == name && !name.empty()) {
      result.push_back({name, {raw_value::kind::text, value, {}}, {origin::source::environment, variable}, false});
    } else if (!option.empty()) {
      errors.push_back(fmt::format("{}: levels are separated by two underscores: {}", variable, variable_of(option)));
    }
  }
  return result;
}

std::vector<setting> read_sets(const std::vector<std::string>& sets, std::vector<std::string>& errors) {
  std::vector<setting> result;
  for (const auto& one : sets) {
    const auto equals = one.find('=');
    if (equals == std::string::npos || equals == 0) {
      errors.push_back(fmt::format("--set {}: is not key=value", one));
      continue;
    }
    raw_value value{raw_value::kind::text, one.substr(equals + 1), {}};
    result.push_back({one.substr(0, equals), std::move(value), {origin::source::command_line, "--set"}, false});
  }
  return result;
}

}  // namespace troupe::config
