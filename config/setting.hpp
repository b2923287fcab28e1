#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace troupe::config {

/// Who set an option's value.
struct origin {
  enum class source : std::uint8_t { built_in, file, environment, command_line, console };
  source kind = source::built_in;
  std::string place;  ///< "troupe.toml:12", "TROUPE_LOG__LEVEL", "--set", "the console, by ann"; empty for built_in

  std::string text() const { return kind == source::built_in ? "built-in default" : place; }
};

/// A value as it was written, not yet known to fit its option. Text from the environment and from --set is split at
/// commas by options that are lists; a list in the file is taken as it is.
struct raw_value {
  enum class kind : std::uint8_t { text, number, list };
  raw_value::kind kind = raw_value::kind::text;
  std::string text;
  std::vector<std::string> items;
};

/// One line of a source.
struct setting {
  std::string name;  ///< dotted, e.g. "listeners.ws.bind"; for a section without keys, the section's name
  raw_value value;
  origin from;
  bool is_section = false;
};

}  // namespace troupe::config
