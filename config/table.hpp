#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.hpp"
#include "config/value.hpp"

namespace troupe::config {

/// When a node that runs follows a changed value.
enum class felt : std::uint8_t {
  on_reload,   ///< at the next SIGHUP
  on_restart,  ///< when it is started again
};

/// Smallest and largest number allowed, in the unit of the field.
struct range {
  std::uint64_t least = 0;
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
};

/// One option of one particular `options`: what the table says about it, and where its value is.
struct option {
  std::string name;  ///< dotted, as in the file and in --set
  config::field field;
  config::unit unit;
  config::range range;
  config::felt felt = felt::on_restart;
  std::string_view meaning;  ///< whole sentences; never empty

  std::string text() const { return text_of(field, unit); }
};

/// Another name for an option, because it is what people write first.
struct alias {
  std::string_view name;
  std::string_view option;
};

/// Every option of `of`, those of each of its listeners included, in the order of the reference. Loading, validation,
/// the reference and the comparison of two configurations all walk this list.
std::vector<option> options_of(options& of);
std::span<const alias> aliases();

}  // namespace troupe::config
