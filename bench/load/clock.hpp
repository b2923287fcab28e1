#pragma once

#include <cstdint>
#include <ctime>

namespace troupe::bench {

/// Nanoseconds of CLOCK_MONOTONIC: one scale for all processes of a machine, so that a message may be stamped by one
/// worker and read by another.
using nanoseconds = std::uint64_t;

inline constexpr nanoseconds second = 1'000'000'000;
inline constexpr nanoseconds millisecond = 1'000'000;
inline constexpr nanoseconds never = UINT64_MAX;

inline nanoseconds now_ns() noexcept {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<nanoseconds>(time.tv_sec) * second + static_cast<nanoseconds>(time.tv_nsec);
}

}  // namespace troupe::bench
