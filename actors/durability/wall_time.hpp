#pragma once

#include <chrono>
#include <cstdint>

#include "routing/publication.hpp"

namespace troupe::actors {

/// The clock of what a store keeps beside the node's own: deadlines there have to outlive the process.
struct wall_time {
  time_point node;
  std::chrono::system_clock::time_point wall;

  static wall_time now() noexcept { return {node_clock::now(), std::chrono::system_clock::now()}; }

  /// Milliseconds since 1970; 0 for what never comes.
  std::uint64_t of(time_point when) const noexcept {
    using namespace std::chrono;
    if (when == time_point::max()) return 0;
    const auto at = wall + duration_cast<system_clock::duration>(when - node);
    return static_cast<std::uint64_t>(std::max<std::int64_t>(1, floor<milliseconds>(at).time_since_epoch().count()));
  }
  /// The other way round; max() for 0.
  time_point from(std::uint64_t since_1970) const noexcept {
    using namespace std::chrono;
    if (since_1970 == 0) return time_point::max();
    return node + (milliseconds{since_1970} - duration_cast<milliseconds>(wall.time_since_epoch()));
  }
};

}  // namespace troupe::actors
