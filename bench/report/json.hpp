#pragma once

#include <string>

#include "bench/load/crew.hpp"
#include "bench/load/plan.hpp"

namespace troupe::bench {

/// Everything about one run, as a JSON object: options, series by second, totals, latency, ledger, broker.
std::string json_of(const plan& what, const outcome& came);
/// The series alone, one line per second, with a line of names.
std::string csv_of(const outcome& came);
/// A JSON string, quotes included.
std::string json_text(std::string_view text);
std::string_view name_of(plan::kind what);

}  // namespace troupe::bench
