#pragma once

#include <algorithm>
#include <cstdint>

#include "bench/load/clock.hpp"

namespace troupe::bench {

/// When each publisher's messages are due. Open loop: message k of publisher p is number k * publishers + p of one even
/// stream of `rate` a second, whatever became of those before it; so a publisher that was held up still has the due
/// times it had, and its latencies tell of it. Closed loop (no rate): a message is due when it can be sent.
struct schedule {
  nanoseconds start = never;  ///< never: not yet
  nanoseconds until = never;  ///< what is due from here on is not sent
  double rate = 0;            ///< messages a second of all publishers together; 0: closed loop
  std::uint32_t publishers = 1;
  std::uint64_t limit = 0;  ///< messages of all publishers together; 0: none

  bool open_loop() const noexcept { return rate > 0; }

  /// Open loop only.
  nanoseconds due(std::uint32_t publisher, std::uint64_t message) const noexcept {
    const auto number = message * publishers + publisher;
    return start + static_cast<nanoseconds>(static_cast<double>(number) * (static_cast<double>(second) / rate));
  }

  /// How many messages `publisher` may send in all.
  std::uint64_t share_of_limit(std::uint32_t publisher) const noexcept {
    return limit == 0 ? UINT64_MAX : limit / publishers + (publisher < limit % publishers ? 1 : 0);
  }

  /// Whether message `message` may be sent at `now`, and from when it counts.
  struct turn {
    bool now = false;
    nanoseconds due = never;
  };
  turn ask(std::uint32_t publisher, std::uint64_t message, nanoseconds now) const noexcept {
    if (start == never || now < start || message >= share_of_limit(publisher)) return {};
    const auto when = open_loop() ? due(publisher, message) : now;
    return {when <= now && when < until, when};
  }

  /// Messages due before `until` of all publishers together; 0 where nobody can tell beforehand.
  std::uint64_t planned() const noexcept {
    if (!open_loop() || start == never || until == never) return limit;
    const auto messages = static_cast<std::uint64_t>(static_cast<double>(until - start) / second * rate + 0.999'999);
    return limit == 0 ? messages : std::min(limit, messages);
  }
};

}  // namespace troupe::bench
