#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "actors/durability/pending_deliveries.hpp"
#include "routing/publication.hpp"
#include "routing/shared_text.hpp"

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
  time_point due = time_point::max();  ///< of its will or its end; max(): never
  std::uint64_t queued_bytes = 0;      ///< as rows count them
  std::uint32_t queued = 0;
  bool counted = true;    ///< false: what earlier runs of the node left in its queue is not in the counts yet
  bool trimming = false;  ///< its queue is over its limit, and being shortened
  std::unique_ptr<awakening> waking;  ///< null: nobody wants it awake
};

}  // namespace troupe::actors
