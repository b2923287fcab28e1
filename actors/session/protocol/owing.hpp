#pragma once

#include "actors/session/protocol/effects.hpp"
#include "actors/session/protocol/record.hpp"

/// PUBACK and PUBREC owed to a client: they leave in the order of its PUBLISH packets [MQTT-4.6.0-2] [MQTT-4.6.0-3].
namespace troupe::session {

/// What a PUBLISH is acknowledged with. Precondition: QoS 1 or 2.
mqtt::packet_type answer_to(troupe::qos at) noexcept;

/// Whether the packet repeats a QoS 2 publication that the client has not released yet.
bool awaits_release(const record& of, const mqtt::publish& packet) noexcept;

/// The acknowledgement waits for the shards. Returns the ticket to route under.
std::uint32_t owe_later(const record& of, const mqtt::publish& packet, effects& fx);
/// The acknowledgement is known: it is sent, or waits for those before it.
void owe_now(const record& of, const mqtt::publish& packet, mqtt::reason reason, effects& fx);
/// For a packet that awaits_release(): acknowledged as the first one is.
void owe_repeated(const record& of, const mqtt::publish& packet, effects& fx);

}  // namespace troupe::session
