#pragma once

#include <cstdint>

#include "actors/session/protocol/ring.hpp"
#include "transport/mqtt/packets.hpp"

namespace troupe::session {

/// What a session remembers of the QoS 1 and 2 publications its client sends. Made with the first of them.
///
/// Every such PUBLISH gets a ticket, one more than the last, and an acknowledgement owed under it; they leave in the
/// order of their tickets whatever order the shards answer in. Tickets are never used again, so an answer that comes
/// after the link was lost finds nothing of its own.
struct inbound {
  /// PUBACK or PUBREC that a PUBLISH of the present link is due.
  struct owed {
    std::uint32_t source = 0;  ///< the ticket whose answer settles it: its own, or that of the PUBLISH it repeats
    std::uint16_t packet_id = 0;
    troupe::qos qos = troupe::qos::at_least_once;
    bool ready = false;
    mqtt::reason reason = mqtt::reason::success;
  };

  /// A QoS 2 packet id between its PUBLISH and its PUBREL: a PUBLISH with it is the same message [MQTT-4.3.3-10].
  struct received {
    std::uint32_t ticket = 0;  ///< 0: of an earlier life of the node, which no answer belongs to
    std::uint16_t packet_id = 0;
    bool routed = false;   ///< the shards have answered, with `reason`
    bool on_link = false;  ///< its PUBLISH came on the present link and counts in our receive maximum
    mqtt::reason reason = mqtt::reason::success;
  };

  ring<owed> acknowledgements;  ///< in the order of their tickets; the last has next_ticket - 1
  ring<received> exactly_once;  ///< in the order they came
  std::uint32_t next_ticket = 1;
  std::uint32_t open = 0;  ///< publications that count in our receive maximum

  std::uint32_t first_ticket() const noexcept { return next_ticket - acknowledgements.size(); }
  /// The acknowledgement owed under a ticket; null if it is not owed any more.
  const owed* find(std::uint32_t ticket) const noexcept {
    auto index = ticket - first_ticket();
    return index < acknowledgements.size() ? &acknowledgements[index] : nullptr;
  }
  /// Position of a QoS 2 packet id in exactly_once; its size() if it is not there.
  std::uint32_t position(std::uint16_t packet_id) const noexcept {
    std::uint32_t i = 0;
    while (i < exactly_once.size() && exactly_once[i].packet_id != packet_id) ++i;
    return i;
  }
};

}  // namespace troupe::session
