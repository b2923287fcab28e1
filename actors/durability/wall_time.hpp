#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "routing/publication.hpp"

namespace troupe::actors {

/// The clock of what a store keeps beside the node's own: deadlines there have to outlive the process.
struct wall_time {
  using clock = std::chrono::system_clock;

  time_point node;
  clock::time_point wall;

  static wall_time now() noexcept { return {node_clock::now(), clock::now()}; }

  /// Milliseconds since 1970; 0 for what never comes.
  std::uint64_t of(time_point when) const noexcept {
    if (when == time_point::max()) return 0;
    const auto at = wall + std::chrono::duration_cast<clock::duration>(when - node);
    return static_cast<std::uint64_t>(std::max<std::int64_t>(1, in_milliseconds(at)));
  }
  /// The other way round; max() for 0.
  time_point from(std::uint64_t since_1970) const noexcept {
    if (since_1970 == 0) return time_point::max();
    return node + std::chrono::milliseconds{static_cast<std::int64_t>(since_1970) - in_milliseconds(wall)};
  }

private:
  static std::int64_t in_milliseconds(clock::time_point when) noexcept {
    return std::chrono::floor<std::chrono::milliseconds>(when).time_since_epoch().count();
  }
};

}  // namespace troupe::actors
