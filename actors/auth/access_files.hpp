#pragma once

#include <string>
#include <vector>

#include "config/options.hpp"

namespace troupe::auth {

/// One line, with file and line number, for everything wrong in the password file and the access rules that `of` names:
/// a node does not start with half of its rules.
std::vector<std::string> check_files(const config::options& of);

}  // namespace troupe::auth
