#pragma once

#include <functional>

#include "config/load.hpp"

namespace troupe {

/// Runs a node until it is stopped by a signal, and gives back the exit code of the process (config::exit_code).
/// `reload` reads the configuration again; called on SIGHUP.
int run_node(config::load_result loaded, std::function<config::load_result()> reload);

}  // namespace troupe
