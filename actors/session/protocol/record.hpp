#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "actors/session/protocol/aliases.hpp"
#include "actors/session/protocol/authenticator.hpp"
#include "actors/session/protocol/delivery_queue.hpp"
#include "actors/session/protocol/inbound.hpp"
#include "actors/session/protocol/inflight_window.hpp"
#include "actors/session/protocol/requests.hpp"
#include "actors/session/protocol/subscriptions.hpp"
#include "actors/session/protocol/will.hpp"
#include "config/options.hpp"
#include "routing/access_rules.hpp"

namespace troupe::session {

/// Session Expiry Interval of a session that never expires (MQTT 5, 3.1.2.11.2).
inline constexpr std::uint32_t never_expires = 0xFFFFFFFF;

/// Everything a session is. One for each, in its loop's table; outlives the session's actor, which may crash, and its
/// links. Only apply() changes it. What few sessions use stands behind a pointer that is null until then.
struct record {
  shared_text client_id;
  shared_text user_name;
  session::subscriptions subscriptions;  ///< as asked for; the shards may not know the latest yet
  inflight_window inflight;
  std::unique_ptr<session::delivery_queue> queue;  ///< null: nothing was ever queued
  std::unique_ptr<session::inbound> inbound;       ///< null: the client never published above QoS 0
  std::unique_ptr<session::aliases> aliases;       ///< null: neither side used one on this link
  ring<pending_request> requests;                  ///< not answered by the shards yet
  std::unique_ptr<stored_will> will;
  std::unique_ptr<authentication_exchange> reauthentication;  ///< under way
  std::unique_ptr<const std::string> authentication_method;   ///< of CONNECT; null: not by enhanced authentication

  std::uint64_t durable = 0;              ///< number under which a store keeps the session; 0: it ends with the node
  time_point since{};                     ///< connected: when the last packet came; else when the link was lost
  std::uint32_t session_expiry = 0;       ///< seconds
  std::uint32_t maximum_packet_size = 0;  ///< the client's; 0: no limit
  std::uint32_t unrouted_messages = 0;
  std::uint32_t unrouted_bytes = 0;
  std::uint32_t last_request = 0;         ///< ticket of the latest SUBSCRIBE or UNSUBSCRIBE
  std::uint16_t keep_alive = 0;           ///< seconds; 0: off
  std::uint16_t receive_maximum = 65535;  ///< the client's
  std::uint16_t topic_alias_maximum = 0;  ///< the client's
  mqtt::version version = mqtt::version::v3_1_1;
  bool connected = false;
  bool guarded = false;  ///< access rules must be asked for each delivery
  bool ended = false;    ///< nothing is left of it but the slot

  client_identity identity() const noexcept { return {client_id, user_name}; }
  std::uint32_t queued_messages() const noexcept { return queue ? queue->size() : 0; }
  std::uint64_t queued_bytes() const noexcept { return queue ? queue->bytes() : 0; }
};

}  // namespace troupe::session
