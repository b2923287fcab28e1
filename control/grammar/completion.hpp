#pragma once

#include <string>
#include <vector>

namespace troupe::control {

/// What may stand behind a command.
struct command_words {
  std::string name;
  std::vector<std::string> options;       ///< "--json"
  std::vector<std::string> file_options;  ///< those of them that a file name follows
  std::vector<command_words> commands;    ///< below it
};

/// Scripts for `eval`, or for a file that the shell reads at its start. `all` is the program itself.
std::string bash_completion(const command_words& all);
std::string zsh_completion(const command_words& all);

}  // namespace troupe::control
