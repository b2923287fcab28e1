#pragma once

#include "config/command_line.hpp"

namespace troupe::persistence {

/// `troupe store check|stats|export|import`. Gives back a config::exit_code; for check, failed where something is
/// wrong.
int store_command(const config::store_request& request);

}  // namespace troupe::persistence
