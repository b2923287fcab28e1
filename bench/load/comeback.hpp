#pragma once

#include <cstdint>
#include <deque>

#include "bench/load/clock.hpp"

namespace troupe::bench {

/// Clients without a connection that are to have one again, in the order in which they lost it. Whom the broker refused
/// waits a while: else a broker that is away would be asked for nothing else.
class comeback {
public:
  static constexpr nanoseconds refused_wait = second / 10;

  void add(std::uint32_t client) { at_once_.push_back(client); }
  void add_refused(std::uint32_t client, nanoseconds now) { later_.push_back({client, now + refused_wait}); }

  /// When the next one may come; never: nobody is away.
  nanoseconds next() const noexcept {
    if (!at_once_.empty()) return 0;
    return later_.empty() ? never : later_.front().from;
  }
  /// Precondition: next() is not never.
  std::uint32_t take() {
    const auto late = at_once_.empty();
    const auto client = late ? later_.front().client : at_once_.front();
    late ? later_.pop_front() : at_once_.pop_front();
    return client;
  }

private:
  struct refused {
    std::uint32_t client;
    nanoseconds from;
  };
  std::deque<std::uint32_t> at_once_;
  std::deque<refused> later_;  ///< all wait equally long: the first is the next
};

}  // namespace troupe::bench
