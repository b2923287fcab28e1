#pragma once

#include <cstdint>
#include <optional>

#include "actors/session/protocol/effects.hpp"
#include "actors/session/protocol/environment.hpp"
#include "actors/session/protocol/record.hpp"
#include "transport/mqtt/codec.hpp"

namespace troupe::session {

/// What is known of the client at the other end of the link that PUBLISH packets leave on.
struct peer {
  mqtt::version version = mqtt::version::v3_1_1;
  bool guarded = false;
  std::uint16_t window = 0;  ///< open publications at the most: the client's limit and ours
  std::uint16_t topic_alias_max = 0;
  std::uint32_t maximum_packet_size = 0;
  client_identity identity;
};

peer peer_of(const record& of, const config::limits& limits) noexcept;

/// A new publication is dropped: if a store has a place for it, that is free.
void turn_down(const addressing& to, effects& fx);

/// The PUBLISH packets that one decision sends: counts on from the record what the decision has used up already, and
/// notes the changes. finish() is called last.
class outflow {
public:
  /// `freed`: a packet id whose release this decision has noted; 0: none.
  outflow(const record& of, const environment& env, const peer& to, effects& fx, std::uint16_t freed = 0) noexcept;

  /// The SUBACK of this ticket goes out with this decision.
  void answered(std::uint32_t ticket) noexcept { answered_ = ticket; }

  /// Sends a new publication at once, if nothing waits before it and link and window allow. False: it has to wait.
  bool launch(const publication_ptr& body, const addressing& to);
  /// After a new link: PUBREL and PUBLISH of everything in flight, in its order, as far as window and outbox reach.
  void resend_all();
  /// Goes on with what waits: first what is to be resent, then the queue.
  void go_on();
  void finish();

private:
  enum class fate : std::uint8_t { sent, expired, too_large, denied };

  /// One PUBLISH before it has a packet id.
  struct draft {
    const publication_ptr& body;
    mqtt::delivery_header header;
    bool new_alias = false;
  };

  bool suback_due() const noexcept;
  bool outbox_has_room() const noexcept { return fx_.out.size() < env_.outbox_room; }
  bool quota_left() const noexcept { return open_ < to_.window; }
  bool may_send(troupe::qos at) const noexcept;
  std::uint16_t take_id() noexcept;
  draft drafted(const publication_ptr& body, troupe::qos at, bool retain,
                std::span<const std::uint32_t> identifiers) const;
  void choose_alias(draft& packet) const;
  fate judge(const draft& packet) const;
  void send(const draft& packet);
  void drop(const publication& body, fate why);
  void tell_sent(const draft& packet, bool first);
  void tell_dropped(const publication_ptr& body, fate why, bool first);
  void resend_from(std::uint16_t packet_id);
  bool resend(std::uint16_t packet_id, const inflight_window::slot& slot);
  void drain();
  void send_queued(const delivery& next);
  std::size_t mount_bytes(const publication& body) const noexcept;

  const record& of_;
  const environment& env_;
  const peer& to_;
  effects& fx_;
  inflight_window::ids ids_;
  std::uint16_t freed_;
  std::uint32_t open_;
  std::uint32_t in_flight_;
  std::uint32_t answered_ = 0;
  bool alias_added_ = false;  ///< one new alias a decision: the next look-up needs the table as applied
};

}  // namespace troupe::session
