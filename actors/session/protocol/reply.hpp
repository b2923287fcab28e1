#pragma once

#include <string_view>

#include "actors/session/protocol/effects.hpp"
#include "actors/session/protocol/environment.hpp"
#include "actors/session/protocol/record.hpp"
#include "transport/mqtt/codec.hpp"

/// What the parts of the protocol share: answers to the client, and the ways a link and a session end.
namespace troupe::session {

/// Appends a packet other than PUBLISH. Only CONNACK and DISCONNECT ever have a reason string, so that a client that
/// wants no problem information gets none [MQTT-3.1.2-29]; it is left out
/// where the client's limit asks for that. False: it does
/// not fit even so, and nothing was appended [MQTT-3.1.2-24].
bool reply(mqtt::packet packet, mqtt::version speaks, std::uint32_t maximum_packet_size, effects& fx);
bool reply(const record& of, mqtt::packet packet, effects& fx);

/// PUBACK, PUBREC, PUBREL or PUBCOMP.
void acknowledge(const record& of, mqtt::packet_type type, std::uint16_t packet_id, mqtt::reason reason, effects& fx);

/// What `out` got just now says something of a durable session that a store has to know first.
inline void gate(const record& of, effects& fx) noexcept { fx.gated |= of.durable != 0; }

/// The client broke a rule, or the node has a reason: DISCONNECT (MQTT 5), close, and the session lets go of the link.
void fail(const record& of, const environment& env, mqtt::reason reason, std::string_view text, effects& fx);

/// How a link ends for the session that loses it.
struct parting {
  bool keep_will = true;             ///< false after a DISCONNECT that says so
  std::uint32_t session_expiry = 0;  ///< as it stands now
};
/// The session lets go of the link: the will is published, kept for later or dropped; a session without expiry ends.
void detach(const record& of, const environment& env, parting how, effects& fx);

/// The will becomes a route, if access rules still allow it.
void publish_will(const record& of, const environment& env, effects& fx);
/// Everything a session leaves behind when it ends; its will is the caller's.
void finish(const record& of, effects& fx);

inline bool is_v5(const record& of) noexcept { return of.version == mqtt::version::v5; }
inline bool is_error(mqtt::reason reason) noexcept { return static_cast<std::uint8_t>(reason) >= 0x80; }

}  // namespace troupe::session
