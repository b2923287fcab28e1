#pragma once

#include "actors/session/protocol/protocol.hpp"

/// The packets of a client, by family: what packet() dispatches to. Precondition of all: connected.
namespace troupe::session {

void take_publish(const record& of, const environment& env, const mqtt::publish& packet, effects& fx);

/// PUBACK, PUBREC and PUBCOMP for what we sent, PUBREL for what the client did.
void take_acknowledgement(const record& of, const environment& env, const mqtt::acknowledgement& packet, effects& fx);

void take_subscribe(const record& of, const environment& env, const mqtt::subscribe& packet, effects& fx);
void take_unsubscribe(const record& of, const environment& env, const mqtt::unsubscribe& packet, effects& fx);

void take_disconnect(const record& of, const environment& env, const mqtt::disconnect& packet, effects& fx);
void take_auth(const record& of, const environment& env, const mqtt::auth& packet, effects& fx);

}  // namespace troupe::session
