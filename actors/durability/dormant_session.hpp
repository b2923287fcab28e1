#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "actors/durability/pending_deliveries.hpp"
#include "routing/shared_text.hpp"
#include "transport/timer_wheel.hpp"

namespace troupe::actors {

class session_seat;

/// A durable session without a connection: what its loop knows of it. All else is in the store, so that a million of
/// them need no million actors.
struct dormant_session {
  /// It is being read: what is to be done when it is there.
  struct awakening {
    std::vector<std::function<void(session_seat*)>> then;
    std::vector<pending_deliveries::place> late;  ///< committed meanwhile: what was read may have them, too
  };

  shared_text client_id;
  std::uint64_t number = 0;
  std::unique_ptr<awakening> waking;  ///< null: nobody wants it awake
  std::uint64_t queued_bytes = 0;     ///< as rows count them
  std::uint32_t queued : 29 = 0;
  std::uint32_t counted : 1 = 1;   ///< 0: what earlier runs of the node left in its queue is not in the counts yet
  std::uint32_t trimming : 1 = 0;  ///< its queue is over its limit, and being shortened
  std::uint32_t timed : 1 = 0;     ///< there is a timer for `due`
  transport::timer_tick due = 0;   ///< of its will or its end; 0: never
};

static_assert(sizeof(dormant_session) == 40);

}  // namespace troupe::actors
