#pragma once

#include <cstdint>
#include <string_view>

#include "actors/session/protocol/delivery.hpp"
#include "routing/subscription.hpp"

namespace troupe::session {

struct record;

/// Where apply() tells what of a durable session changes, step by step, while it changes it: what a store has to know so
/// that the session can be put together again. Nothing here may throw; whoever runs out of memory remembers it and has
/// the session ended.
class journal {
public:
  virtual ~journal() = default;

  /// The session is new, or its client, expiry, will or connection changed: `of` is how it is now.
  virtual void changed(const record& of) noexcept = 0;
  /// It is over; `of` is how it was, with everything that it still held.
  virtual void finished(const record& of) noexcept = 0;

  virtual void subscribed(const subscription& what) noexcept = 0;
  virtual void unsubscribed(std::string_view filter) noexcept = 0;

  /// A delivery with a place of its own (delivery::extras::sequence) was added: queued if the packet id is 0, else sent.
  virtual void added(const delivery& what, std::uint16_t packet_id) noexcept = 0;
  /// One that was queued was sent.
  virtual void sent(const delivery& what, std::uint16_t packet_id) noexcept = 0;
  /// PUBREC came: PUBREL is owed, the message itself is not needed any more.
  virtual void released(const delivery& what, std::uint16_t packet_id) noexcept = 0;
  /// It is done or dropped. `held`: the message was still needed.
  virtual void removed(const delivery& what, bool held) noexcept = 0;

  /// The client's QoS 2 packet id is finished. That one came is told with its publication, not here.
  virtual void forgotten(std::uint16_t packet_id) noexcept = 0;
};

}  // namespace troupe::session
