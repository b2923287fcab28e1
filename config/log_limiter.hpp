#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>

#include "config/options.hpp"

namespace troupe::log {

/// Lets so many lines a second through and counts the others. Thread-safe; knows no clock but the one it is given.
class limiter {
public:
  using time_point = std::chrono::steady_clock::time_point;

  struct verdict {
    bool admitted = false;
    std::uint64_t summed_up = 0;  ///< suppressed since the last verdict that told so; to be written before this line
  };

  struct totals {
    std::uint64_t admitted = 0;
    std::uint64_t suppressed = 0;
  };

  /// `at` is the level of the line, kept so that the summary has that of what it sums up. A rate of 0 admits all.
  verdict ask(time_point now, std::uint32_t rate_max, config::log_level at);
  /// What is left to sum up once the second is over, 0 before that. Whoever asks has to write it.
  std::uint64_t left_over(time_point now);
  /// Level of the last line that was suppressed.
  config::log_level level() const;
  totals count() const;

private:
  mutable std::mutex mutex_;
  time_point second_began_{};
  std::uint32_t in_this_second_ = 0;
  std::uint64_t unsaid_ = 0;
  config::log_level level_ = config::log_level::info;
  totals totals_;
};

}  // namespace troupe::log
