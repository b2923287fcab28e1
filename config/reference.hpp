#pragma once

#include <string>

#include "config/load.hpp"

namespace troupe::config {

enum class reference_format : std::uint8_t { text, markdown };

/// Every option with its default, unit, range and meaning: the output of `troupe config-reference`.
std::string reference(reference_format format);

/// The options of a loaded configuration that are no built-in defaults, and where they come from; one line each.
std::string effective(const load_result& loaded);

}  // namespace troupe::config
