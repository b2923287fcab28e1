#pragma once

#include <string>

#include "bench/load/crew.hpp"
#include "bench/load/plan.hpp"

namespace troupe::bench {

/// What one run came to, for people.
std::string table_of(const plan& what, const outcome& came);
/// One line of where a run is.
std::string line_of(const plan& what, const progress& at);
/// "1,234,567"
std::string grouped(std::uint64_t number);

}  // namespace troupe::bench
