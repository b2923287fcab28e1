#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/options.hpp"
#include "config/setting.hpp"

namespace troupe::config {

/// Where a node's options come from, each stronger than the one before: built-in defaults, the file, the environment,
/// `--set`.
struct sources {
  std::string file;                                              ///< TOML; empty: none
  std::vector<std::pair<std::string, std::string>> environment;  ///< all of it; others than TROUPE_... are skipped
  std::vector<std::string> sets;                                 ///< "key=value", later ones win
};

/// The process's environment, for sources::environment.
std::vector<std::pair<std::string, std::string>> environment();

struct load_result {
  config::options options;
  /// Of every value that is not a built-in default, by dotted name. A listener's limit that was set for the whole node
  /// has the origin of the node's.
  std::map<std::string, origin> origins;
  /// One line each, that a person can act on. `options` may be used only where there are none.
  std::vector<std::string> errors;

  bool ok() const noexcept { return errors.empty(); }
  /// A default-constructed origin where nobody set it.
  origin from(std::string_view name) const;
};

/// Reads, applies and validates; starts nothing and changes nothing. Errors are values: it throws only for memory.
///
/// The order of sources holds within one option. `[limits]` of any source is the node's value, and
/// `[listeners.<name>.limits]` of any source wins over it for that listener.
load_result load(const sources& from);

/// The listeners a node has when nobody says anything: `tcp` and `ws`, both on loopback.
std::map<std::string, listener_options> default_listeners();

}  // namespace troupe::config
