#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "actors/session/protocol/delivery.hpp"
#include "actors/session/protocol/effects.hpp"
#include "actors/session/protocol/environment.hpp"
#include "actors/session/protocol/handshake.hpp"
#include "actors/session/protocol/journal.hpp"
#include "actors/session/protocol/record.hpp"

/// The MQTT state machine of one session, for 3.1, 3.1.1 and 5.0. It knows no socket, no actor and no clock: an input
/// (a packet, a delivery, an answer of the shards, a lost link, a deadline) is decided on, and the decision is applied.
///
///     packet(record, env, bytes, fx);   // appends to fx; may throw, and then nothing has happened
///     apply(record, fx);                // noexcept: the record changes
///     link.send(fx.out); ...            // the rest of fx is the actor's
///     fx.clear();
///
/// Nothing but apply() changes a record.
namespace troupe::session {

/// A link was given to the session: CONNACK, then what was in flight once more, then the queue. Precondition: the
/// record is new or not connected. `session_present`: the record is older than this CONNECT.
void connected(const record& of, const environment& env, const connect_request& request, bool session_present,
               effects& fx);

/// One whole packet of the client, any type. Precondition: connected.
void packet(const record& of, const environment& env, mqtt::bytes_view bytes, effects& fx);

/// The link saw bytes that are no packet (0x81), or more than the limit (0x95): DISCONNECT and close.
void violation(const record& of, const environment& env, mqtt::reason reason, std::string_view text, effects& fx);

/// The shards' answer to one route.
struct route_result {
  std::uint32_t ticket = 0;  ///< of the route; likewise bytes and qos
  std::uint32_t bytes = 0;
  troupe::qos qos = troupe::qos::at_most_once;
  bool matched = true;  ///< some subscriber got it
  /// Below 0x80: taken. unspecified_error: a shard or delivery failed; quota_exceeded: no place to keep it.
  mqtt::reason refused = mqtt::reason::success;
};
void routed(const record& of, const environment& env, const route_result& result, effects& fx);

/// The shards' answer to a request: `reasons` has one for each of its entries (filters), or is empty when all are
/// granted as asked. Unknown tickets are ignored.
void subscribed(const record& of, const environment& env, std::uint32_t ticket, std::span<const mqtt::reason> reasons,
                effects& fx);
void unsubscribed(const record& of, const environment& env, std::uint32_t ticket, std::span<const mqtt::reason> reasons,
                  effects& fx);

/// An operator subscribes or unsubscribes on the client's behalf, who is not told: what limits and access rules refuse
/// is left out.
void subscribe_for(const record& of, const environment& env, mqtt::subscribe what, effects& fx);
void unsubscribe_for(const record& of, const environment& env, mqtt::unsubscribe what, effects& fx);

/// A publication for this session: sent at once if link and window allow, else queued, else dropped by policy.
void deliver(const record& of, const environment& env, const publication_ptr& body, const addressing& to, effects& fx);

/// The link has room again (env.outbox_room > 0): resends and queue go on.
void writable(const record& of, const environment& env, effects& fx);

/// The link is gone without a DISCONNECT that this protocol sent or took.
void link_lost(const record& of, const environment& env, effects& fx);

/// When timeout() must be called next; nothing: never. Changes only with the record.
std::optional<time_point> deadline(const record& of) noexcept;
/// Does what is due at env.now: keep alive (0x8D), will, end of the session. Early calls do nothing.
void timeout(const record& of, const environment& env, effects& fx);

/// The node ends the connection: session_taken_over, server_shutting_down, administrative_action...
/// The session goes on as its expiry says; a record that is not connected is left as it is.
void kicked(const record& of, const environment& env, mqtt::reason reason, effects& fx);

/// The session ends whatever its expiry says: clean start [MQTT-3.1.2-4] [MQTT-3.1.4-4], or an administrator. A link it
/// has is closed with 0x98; a takeover is kicked() before.
void end(const record& of, const environment& env, effects& fx);

/// Access rules were loaded anew: subscriptions that are no longer allowed go, without an answer to the client.
void access_changed(const record& of, const environment& env, effects& fx);

/// A shard was rebuilt: asks for all subscriptions again, and for every request that was not answered.
void resubscribe(const record& of, effects& fx);

/// Carries out the changes of the record that were decided, and forgets them. What changes of a durable session is told
/// to `store`.
void apply(record& to, effects& fx, journal* store = nullptr) noexcept;

/// Whether the client has so many publications under way that its link should not be read: unrouted ones, or as many as
/// Receive Maximum of which we owe the acknowledgement of one at least.
bool wants_pause(const record& of, const config::limits& limits) noexcept;

}  // namespace troupe::session
