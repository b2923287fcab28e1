#pragma once

#include <functional>
#include <string>
#include <vector>

#include "config/load.hpp"

namespace troupe::config {

/// What `troupe` exits with.
namespace exit_code {
inline constexpr int done = 0;
inline constexpr int failed = 1;          ///< at run time: a port taken, a disk full
inline constexpr int not_understood = 2;  ///< usage or configuration
}  // namespace exit_code

struct passwd_request {
  std::string file;
  std::string user;
  bool remove = false;
};

enum class store_action { check, stats, export_rows, import_rows };

/// `troupe store`, on the store of a stopped node.
struct store_request {
  store_action action = store_action::check;
  std::string file;  ///< of export and import; empty: standard output or input
  persistence_options store;
};

/// What the subcommands do beyond configuration; each gives back an exit code.
struct commands {
  std::function<int(load_result, std::function<load_result()>)> run;
  std::function<int(const passwd_request&)> passwd;
  std::function<int(const store_request&)> store;
  /// One line for everything wrong in the files that options name; asked before a start and by check-config.
  std::function<std::vector<std::string>(const options&)> check_files;
};

/// Understands the command line and does what it says. Errors are one line each on standard error.
int execute(int argc, char** argv, const commands& with);

}  // namespace troupe::config
