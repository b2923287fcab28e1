#pragma once

#include <string>
#include <utility>
#include <vector>

#include "config/setting.hpp"

namespace troupe::config {

using environment_variables = std::vector<std::pair<std::string, std::string>>;

/// The settings among the variables: TROUPE_LISTENERS__WS__BIND is listeners.ws.bind. A variable of the prefix without
/// a double underscore cannot be one and is left to others (containers are given TROUPE_PORT and the like), unless it
/// is an option of `known` but for its underscores: then `errors` says how to write it.
std::vector<setting> read_environment(const environment_variables& variables, const std::vector<std::string>& known,
                                      std::vector<std::string>& errors);

/// The variable that sets an option.
std::string variable_of(const std::string& option);

/// The settings of `--set key=value`.
std::vector<setting> read_sets(const std::vector<std::string>& sets, std::vector<std::string>& errors);

}  // namespace troupe::config
