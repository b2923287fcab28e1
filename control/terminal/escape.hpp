#pragma once

#include <string>
#include <string_view>

namespace troupe::control {

/// Text of a client for a terminal: control characters, characters that turn the direction of writing, and bytes that
/// are no UTF-8 are written as \n, \u001b or \xff. A client id must not be able to clear the screen, nor to look like
/// another one.
std::string escaped(std::string_view text);

/// JSON for a terminal: the same characters as \u escapes, which leaves its meaning as it is. White space between
/// values stays.
std::string escaped_json(std::string_view json);

}  // namespace troupe::control
