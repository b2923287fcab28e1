#pragma once

#include <string>
#include <vector>

#include "bench/load/crew.hpp"
#include "bench/load/plan.hpp"

namespace troupe::bench {

/// One run of a report.
struct reported {
  std::string name;
  bench::plan plan;
  outcome came;
};

/// One page that needs nothing besides itself: per run its table, the distribution of latencies, and over time the
/// messages, the broker's CPU and its memory.
std::string html_of(const std::string& title, const std::vector<reported>& runs);

}  // namespace troupe::bench
