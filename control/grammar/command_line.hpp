#pragma once

#include <functional>

#include "control/client/http_client.hpp"

namespace troupe::control {

/// Understands the command line, asks the node through what `connect` makes, prints. Errors are one line on standard
/// error. Gives back one of config::exit_code.
int execute(int argc, const char* const* argv, const std::function<ask_function(destination)>& connect = http_client);

}  // namespace troupe::control
