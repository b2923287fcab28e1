#include "bench/load/scenario.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <toml.hpp>

namespace troupe::bench {

namespace {

using names = std::vector<std::string>;

std::string text_of(const toml::value& value) {
  if (value.is_string()) return value.as_string();
  if (value.is_boolean()) return value.as_boolean() ? "true" : "false";
  if (value.is_integer()) return std::to_string(value.as_integer());
  return std::to_string(value.as_floating());
}

double number_of(const toml::value& value) {
  return value.is_integer() ? static_cast<double>(value.as_integer()) : value.as_floating();
}

/// Whole numbers stay whole and do not become nothing.
std::string scaled_text(const toml::value& value, double scale) {
  const auto result = number_of(value) * scale;
  return value.is_integer() ? std::to_string(std::max<long long>(1, std::llround(result))) : std::to_string(result);
}

/// `ws = true` is a flag, and so is whatever else is true or false; everything else is an option with a value.
void add_option(const std::string& name, const toml::value& value, double scale, names& words) {
  if (value.is_boolean() && name != "clean") {
    if (value.as_boolean()) words.push_back("--" + name);
    return;
  }
  words.push_back("--" + name);
  words.push_back(scale == 1 ? text_of(value) : scaled_text(value, scale));
}

stage::published_figure published(const std::string& name, const toml::value& value) {
  if (!value.is_array()) return {name, number_of(value), number_of(value)};
  return {name, number_of(value.at(0)), number_of(value.at(1))};
}

stage read_stage(const toml::value& from, const names& scaled, double scale) {
  stage result;
  for (const auto& [name, value] : from.as_table()) {
    if (name == "name") {
      result.name = value.as_string();
    } else if (name == "run") {
      result.words.insert(result.words.begin(), value.as_string());
    } else if (name == "published") {
      for (const auto& [figure, number] : value.as_table()) result.published.push_back(published(figure, number));
    } else {
      const auto scales = std::find(scaled.begin(), scaled.end(), name) != scaled.end();
      add_option(name, value, scales ? scale : 1, result.words);
    }
  }
  std::sort(result.published.begin(), result.published.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return result;
}

}  // namespace

scenario read_scenario(const std::string& path, double scale) {
  try {
    const auto file = toml::parse(path);
    scenario result{toml::find<std::string>(file, "name"), toml::find<std::string>(file, "source"), {}};
    const auto scaled = toml::find_or(file, "scaled", names{"count", "rate"});
    for (const auto& each : toml::find(file, "stage").as_array())
      result.stages.push_back(read_stage(each, scaled, scale));
    return result;
  } catch (const std::exception& error) {
    throw std::runtime_error{path + ": " + error.what()};
  }
}

}  // namespace troupe::bench
