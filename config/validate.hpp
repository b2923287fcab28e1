#pragma once

#include <string>
#include <vector>

#include "config/options.hpp"

namespace troupe::config {

struct problem {
  std::string option;  ///< dotted name of the value to change
  std::string text;    ///< what is wrong with it and what would be right; one line
};

/// Everything about these options that would make a node refuse to start or do what nobody meant: values out of range,
/// listeners that exclude each other, files that cannot be read, a node open to the world. Touches the file system for
/// readability only; resolves no names and opens no socket.
std::vector<problem> validate(const options& of);

/// Whether a client without user name and password is let in.
bool anonymous_allowed(const access_options& access);

}  // namespace troupe::config
