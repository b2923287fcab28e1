#pragma once

#include "actors/admin/history/event_ring.hpp"
#include "actors/admin/history/subscribers.hpp"

namespace troupe::admin {

/// Where whoever knows of an event tells it: kept for later, and pushed to those who watch. Thread-safe.
class event_history {
public:
  explicit event_history(std::size_t bytes_max = event_ring::bytes_default, std::uint64_t seed = 0)
    : ring{bytes_max, seed} {}

  /// No allocation while nobody watches. Returns the event's id.
  std::uint64_t add(event_view what) noexcept {
    what.id = ring.add(what);
    watchers.tell(what);
    return what.id;
  }

  event_ring ring;
  subscribers watchers;
};

}  // namespace troupe::admin
