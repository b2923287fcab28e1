#pragma once

#include <string>
#include <string_view>

#include "config/options.hpp"

namespace troupe::log {

/// A message as one line that cannot pretend to be two or steer a terminal: control characters and bytes that are no
/// UTF-8 are written as \n, \u001b or \xff; in JSON, where the latter does not exist, as U+FFFD.
std::string escape(std::string_view message, config::log_format format);

}  // namespace troupe::log
