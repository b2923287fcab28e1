#pragma once

#include <cstdint>
#include <vector>

#include "routing/subscription.hpp"
#include "transport/mqtt/packets.hpp"

namespace troupe::session {

/// What the shards are asked for by one SUBSCRIBE, or by a session that subscribes again.
struct subscribe_request {
  struct entry {
    subscription what;   ///< mount point included
    bool is_new = true;  ///< the session had no subscription with this filter: retain_handling::send_if_new sends
  };
  std::uint32_t ticket = 0;  ///< given back in subscribed(); 0: no answer is due
  bool again = false;        ///< restores what was subscribed before: no retained messages
  std::vector<entry> entries;
};

/// What the shards are asked for by one UNSUBSCRIBE, by new access rules, or by the end of a session.
struct unsubscribe_request {
  std::uint32_t ticket = 0;  ///< given back in unsubscribed(); 0: no answer is due
  std::vector<shared_text> filters;
};

/// A SUBSCRIBE or UNSUBSCRIBE that the shards have not answered yet. The record keeps all of it, so that it can be
/// asked once more of a shard that was rebuilt.
struct pending_request {
  std::uint32_t ticket = 0;
  std::uint16_t packet_id = 0;  ///< 0: the link that asked is gone, so nobody is told
  mqtt::packet_type answer = mqtt::packet_type::suback;
  /// One for each entry of the packet, as they stand unless the shards refuse.
  std::vector<mqtt::reason> reasons;
  subscribe_request subscribe;      ///< entries that were not refused at once; empty for UNSUBSCRIBE
  unsubscribe_request unsubscribe;  ///< empty for SUBSCRIBE
};

}  // namespace troupe::session
