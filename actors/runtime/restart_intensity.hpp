#pragma once

#include <chrono>
#include <deque>

#include "routing/publication.hpp"

namespace troupe::runtime {

/// Erlang's restart intensity: more than `restarts_max` restarts within `window` are too many.
class restart_intensity {
public:
  restart_intensity(std::uint32_t restarts_max, std::chrono::milliseconds window)
    : restarts_max_{restarts_max},
      window_{window} {}

  /// Counts a restart at `now`; returns whether it is one too many.
  bool exceeded_by_one_more(time_point now) {
    while (!recent_.empty() && recent_.front() + window_ < now) recent_.pop_front();
    recent_.push_back(now);
    return recent_.size() > restarts_max_;
  }

private:
  std::uint32_t restarts_max_;
  std::chrono::milliseconds window_;
  std::deque<time_point> recent_;
};

}  // namespace troupe::runtime
