#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>

namespace troupe::admin {

/// What access control wants from the system; a test puts its own in place of it.
struct surroundings {
  using wall_clock = std::chrono::system_clock;
  using steady_clock = std::chrono::steady_clock;

  std::function<wall_clock::time_point()> wall;      ///< of what is kept or shown
  std::function<steady_clock::time_point()> steady;  ///< of time-outs and delays: setting the clock cannot lift them
  std::function<bool(std::span<unsigned char>)> random;  ///< fills with unpredictable bytes; false when there are none

  static surroundings real();

  /// Milliseconds since 1970.
  std::int64_t now() const { return std::chrono::floor<std::chrono::milliseconds>(wall()).time_since_epoch().count(); }
};

}  // namespace troupe::admin
