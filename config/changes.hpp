#pragma once

#include <string>
#include <vector>

#include "config/options.hpp"
#include "config/table.hpp"

namespace troupe::config {

/// One option that differs between what runs and what was read again.
struct change {
  std::string option;
  std::string before, after;  ///< empty where a listener came or went
  config::felt felt = felt::on_restart;
};

/// What a reload brings, and which of it waits for a restart.
std::vector<change> changes(const options& running, const options& next);

}  // namespace troupe::config
