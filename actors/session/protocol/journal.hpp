#pragma once

#include <cstdint>
#include <string_view>

#include "actors/session/protocol/delivery.hpp"
#include "routing/subscription.hpp"

namespace troupe::session {

struct record;

/// Where apply() tells what of a durable session changes, step by step, while it changes it: what a store has to know
/// so that the session can be put together again. What is delivered to it has a place in the store before it comes here
/// (addressing::sequence). Nothing here may throw; whoever runs out of memory remembers it and has the session ended.
class journal {
public:
  virtual ~journal() = default;

  /// The session is new, or its client, expiry, will or connection changed: `of` is how it is now.
  virtual void changed(const record& of) noexcept = 0;
  /// It is over; `of` is how it was, with everything that it still held.
  virtual void finished(const record& of) noexcept = 0;

  virtual void subscribed(const subscription& what) noexcept = 0;
  virtual void unsubscribed(std::string_view filter) noexcept = 0;

  /// A delivery from the store's queue has a packet id: told at once at QoS 2; at QoS 1 when the link is lost, as a
  /// client that has no link any more cannot acknowledge it, and one that has does not ask the store.
  virtual void sent(const delivery& what, std::uint16_t packet_id) noexcept = 0;
  /// PUBREC came: PUBREL is owed, the message itself is not needed any more.
  virtual void released(const delivery& what, std::uint16_t packet_id) noexcept = 0;
  /// It is done or dropped. `held`: the message that was still needed; 0: none but the one in the entry's own place.
  virtual void removed(std::uint64_t sequence, std::uint64_t held) noexcept = 0;

  /// The client's QoS 2 packet id is finished. That one came is told with its publication, not here.
  virtual void forgotten(std::uint16_t packet_id) noexcept = 0;
};

}  // namespace troupe::session
