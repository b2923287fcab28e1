#pragma once

#include <string>
#include <vector>

#include "config/setting.hpp"

namespace troupe::config {

struct file_settings {
  std::vector<setting> settings;    ///< in the order of their lines; empty sections stand for themselves
  std::vector<std::string> errors;  ///< one line each, with file and line
};

/// Reads a TOML file into settings that are not yet compared with the options there are.
file_settings read_toml(const std::string& path);

}  // namespace troupe::config
