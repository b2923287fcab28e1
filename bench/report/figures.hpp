#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "bench/load/crew.hpp"

namespace troupe::bench {

/// What people compare, out of what a run came to. Rates and costs are those of the measured seconds, without warm-up
/// and draining; losses are those of the whole run.
struct figures {
  double seconds = 0;  ///< measured
  std::uint64_t published = 0, received = 0, cycles = 0;
  double published_rate = 0, received_rate = 0, cycle_rate = 0;
  double broker_cpu_seconds = 0, own_cpu_seconds = 0;
  /// What costs are divided by: deliveries where there are subscribers of ours, else messages, else cycles.
  std::uint64_t messages = 0;
  double broker_us_per_message = 0, broker_us_per_delivery = 0, broker_us_per_cycle = 0;
  double own_us_per_message = 0;
  double sends_per_message = 0, receives_per_message = 0;

  std::uint64_t expected = 0;         ///< deliveries; 0 where nobody can tell
  std::optional<std::uint64_t> lost;  ///< nothing where payloads are too short to tell
  std::uint64_t unsent = 0;           ///< planned, and not published when draining ended
  std::uint64_t unacknowledged = 0;
  double storm_seconds = 0;  ///< from the cut until the last client that came back had done so
};

figures figures_of(const plan& what, const outcome& came);

/// A figure by the name that scenarios give published ones: p50_ms, p95_ms, p99_ms, broker_us_per_message,
/// broker_us_per_delivery, broker_bytes_per_connection, published_per_s, received_per_s. Nothing for other names.
std::optional<double> figure_of(std::string_view name, const plan& what, const outcome& came);

}  // namespace troupe::bench
