#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "actors/session/protocol/delivery.hpp"
#include "actors/session/protocol/record.hpp"
#include "actors/session/protocol/will.hpp"
#include "routing/subscription.hpp"
#include "transport/mqtt/packets.hpp"

namespace troupe::session {

/// A durable session as a store kept it.
struct kept_session {
  /// A delivery and how far it came.
  struct entry {
    delivery what;                ///< durable(); without a body when it was released
    std::uint16_t packet_id = 0;  ///< 0: it only waits
    bool released = false;        ///< PUBREC came
  };

  shared_text client_id;
  shared_text user_name;
  std::uint64_t number = 0;
  mqtt::version version = mqtt::version::v3_1_1;
  std::uint32_t session_expiry = 0;  ///< seconds
  time_point since{};                ///< when its link was lost
  std::unique_ptr<stored_will> will;
  std::vector<subscription> subscriptions;
  std::vector<entry> queue;             ///< in the order of their sequences
  std::vector<std::uint16_t> received;  ///< QoS 2 packet ids of the client between PUBREC and PUBREL
};

/// Puts a session together that has no link.
record restore(kept_session what);

}  // namespace troupe::session
