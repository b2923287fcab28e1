#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/command_line.hpp"

/// `troupe passwd`: changes one line of a password file.
namespace troupe::auth {

/// The text of a password file with the user's line replaced or, for a new user, appended; comments and the order of
/// lines stay.
std::string with_user(std::string_view text, std::string_view user, std::string_view hash);
/// The text without the user's line; nothing when there is none.
std::optional<std::string> without_user(std::string_view text, std::string_view user);

/// Puts a new file of mode 0600 in the place of `path` in one step, owned as the old one: readers see the old text or
/// the new one. Gives back why that failed.
std::optional<std::string> replace_file(const std::string& path, std::string_view text);

/// The whole command; asks for the password on the terminal, without echo and twice, or takes the first line of
/// standard input. Gives back a config::exit_code.
int passwd(const config::passwd_request& request);

}  // namespace troupe::auth
