#include "config/log_limiter.hpp"

#include <utility>

namespace troupe::log {

limiter::verdict limiter::ask(time_point now, std::uint32_t rate_max, config::log_level at) {
  std::lock_guard guard{mutex_};
  if (now - second_began_ >= std::chrono::seconds{1}) {
    second_began_ = now;
    in_this_second_ = 0;
  }
  if (rate_max != 0 && in_this_second_ >= rate_max) {
    ++unsaid_;
    ++totals_.suppressed;
    level_ = at;
    return {};
  }
  ++in_this_second_;
  ++totals_.admitted;
  return {true, std::exchange(unsaid_, 0)};
}

std::uint64_t limiter::left_over(time_point now) {
  std::lock_guard guard{mutex_};
  return now - second_began_ >= std::chrono::seconds{1} ? std::exchange(unsaid_, 0) : 0;
}

config::log_level limiter::level() const {
  std::lock_guard guard{mutex_};
  return level_;
}

limiter::totals limiter::count() const {
  std::lock_guard guard{mutex_};
  return totals_;
}

}  // namespace troupe::log
