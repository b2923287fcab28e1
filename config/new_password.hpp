#pragma once

#include <optional>
#include <string>

namespace troupe::config {

/// A password that somebody chooses: on a terminal without echo and asked for twice, else the next line of standard
/// input. At most 65,535 bytes. Nothing, with `why` set to what is wrong, where there is none or the two differ.
std::optional<std::string> read_new_password(std::string& why);

}  // namespace troupe::config
