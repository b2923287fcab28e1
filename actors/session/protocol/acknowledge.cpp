#include "actors/session/protocol/inputs.hpp"
#include "actors/session/protocol/outflow.hpp"
#include "actors/session/protocol/owing.hpp"
#include "actors/session/protocol/reply.hpp"

namespace troupe::session {

namespace {

using window_state = inflight_window::state;
using step = enum followed_step::outcome;

void tell(const inflight_window::slot& slot, step what, const mqtt::acknowledgement& by, std::string_view text,
          effects& fx) {
  if (slot.what.followed) [[unlikely]]
    fx.followed.push_back({slot.what.body, what, by.packet_id, by.reason, text, false});
}

void protocol_error(const record& of, const environment& env, std::string_view text, effects& fx) {
  fail(of, env, mqtt::reason::protocol_error, text, fx);
}

/// A handshake is over: its packet id is free, and what waited for the window goes on.
void complete(const record& of, const environment& env, std::uint16_t packet_id, effects& fx) {
  fx.changes.emplace_back(changes::complete{packet_id});
  auto to = peer_of(of, env.limits);
  outflow out{of, env, to, fx, packet_id};
  out.go_on();  // [MQTT-4.9.0-3]: acknowledgements are taken whatever the quota
  out.finish();
}

/// What the client refuses is sent neither to it [MQTT-4.4.0-2] nor to anybody else [MQTT-4.8.2-6].
void refused(const inflight_window::slot& slot, effects& fx) {
  fx.dropped(drop_reason::refused).add(slot.what.body->memory());
}

void take_puback(const record& of, const environment& env, const mqtt::acknowledgement& packet, effects& fx) {
  const auto* slot = of.inflight.find(packet.packet_id);
  if (!slot) return;  // of a message given up meanwhile
  if (slot->what.qos != qos::at_least_once || slot->state != window_state::sent)
    return protocol_error(of, env, "PUBACK for QoS 2", fx);
  if (is_error(packet.reason)) refused(*slot, fx);
  if (is_error(packet.reason))
    tell(*slot, step::refused, packet, "the client refused it with PUBACK", fx);
  else
    tell(*slot, step::acknowledged, packet, "PUBACK came", fx);
  complete(of, env, packet.packet_id, fx);  // [MQTT-4.3.2-3]
}

void take_pubrec(const record& of, const environment& env, const mqtt::acknowledgement& packet, effects& fx) {
  const auto* slot = of.inflight.find(packet.packet_id);
  if (!slot) {
    if (is_error(packet.reason)) return;
    return acknowledge(of, mqtt::packet_type::pubrel, packet.packet_id, mqtt::reason::packet_identifier_not_found, fx);
  }
  if (slot->what.body && slot->what.qos != qos::exactly_once) return protocol_error(of, env, "PUBREC for QoS 1", fx);
  if (slot->state == window_state::sent && is_error(packet.reason)) {
    refused(*slot, fx);
    tell(*slot, step::refused, packet, "the client refused it with PUBREC", fx);
    return complete(of, env, packet.packet_id, fx);
  }
  if (slot->state == window_state::sent) tell(*slot, step::received, packet, "PUBREC came, PUBREL is sent", fx);
  if (slot->state == window_state::sent) fx.changes.emplace_back(changes::release{packet.packet_id});  // [MQTT-4.3.3-3]
  acknowledge(of, mqtt::packet_type::pubrel, packet.packet_id, mqtt::reason::success,
              fx);  // [MQTT-4.3.3-4] [MQTT-4.6.0-4]
}

void take_pubcomp(const record& of, const environment& env, const mqtt::acknowledgement& packet, effects& fx) {
  const auto* slot = of.inflight.find(packet.packet_id);
  if (!slot) return;
  if (slot->state != window_state::released) return protocol_error(of, env, "PUBCOMP before PUBREL", fx);
  tell(*slot, step::acknowledged, packet, "PUBCOMP came", fx);
  complete(of, env, packet.packet_id, fx);  // [MQTT-4.3.3-5]
}

void take_pubrel(const record& of, const mqtt::acknowledgement& packet, effects& fx) {
  auto known = of.inbound && of.inbound->position(packet.packet_id) < of.inbound->exactly_once.size();
  if (known) fx.changes.emplace_back(changes::forget{packet.packet_id});  // [MQTT-4.3.3-12]
  auto reason = known ? mqtt::reason::success : mqtt::reason::packet_identifier_not_found;
  acknowledge(of, mqtt::packet_type::pubcomp, packet.packet_id, reason, fx);  // [MQTT-4.3.3-11]
}

/// Sends what is owed from the front on, as far as it is known, once `ticket` is settled.
void acknowledge_in_order(const record& of, std::uint32_t ticket, mqtt::reason reason, effects& fx) {
  const auto& owed = of.inbound->acknowledgements;
  std::uint32_t count = 0;
  for (; count < owed.size(); ++count) {
    const auto& next = owed[count];
    auto settled = !next.ready && next.source == ticket;
    if (!next.ready && !settled) break;
    acknowledge(of, answer_to(next.qos), next.packet_id, settled ? reason : next.reason, fx);  // [MQTT-4.6.0-2, -3]
  }
  if (count > 0) fx.changes.emplace_back(changes::acknowledged{count});
}

bool is_owed(const inbound& by, std::uint32_t ticket) noexcept {
  if (by.find(ticket)) return true;
  for (std::uint32_t i = 0; i < by.acknowledgements.size(); ++i)
    if (by.acknowledgements[i].source == ticket) return true;
  return false;
}

/// The QoS 2 packet id whose publication was routed under `ticket`; 0 if it is finished.
std::uint16_t received_as(const inbound& by, std::uint32_t ticket) noexcept {
  for (std::uint32_t i = 0; i < by.exactly_once.size(); ++i)
    if (by.exactly_once[i].ticket == ticket && !by.exactly_once[i].routed) return by.exactly_once[i].packet_id;
  return 0;
}

void note_routed(const record& of, std::uint32_t ticket, mqtt::reason reason, effects& fx) {
  auto packet_id = received_as(*of.inbound, ticket);
  if (packet_id == 0) return;
  if (is_error(reason))
    fx.changes.emplace_back(changes::forget{packet_id});  // [MQTT-4.3.3-9]
  else
    fx.changes.emplace_back(changes::routed{ticket, reason});
}

mqtt::reason reason_of(const record& of, const route_result& result) noexcept {
  if (is_error(result.refused)) return result.refused;
  return result.matched || !is_v5(of) ? mqtt::reason::success : mqtt::reason::no_matching_subscribers;
}

}  // namespace

void take_acknowledgement(const record& of, const environment& env, const mqtt::acknowledgement& packet, effects& fx) {
  switch (packet.type) {
    case mqtt::packet_type::puback: return take_puback(of, env, packet, fx);
    case mqtt::packet_type::pubrec: return take_pubrec(of, env, packet, fx);
    case mqtt::packet_type::pubrel: return take_pubrel(of, packet, fx);
    default: return take_pubcomp(of, env, packet, fx);
  }
}

void routed(const record& of, const environment& env, const route_result& result, effects& fx) {
  fx.changes.emplace_back(changes::credit{result.bytes});
  if (result.qos == qos::at_most_once || !of.inbound) return;
  auto reason = reason_of(of, result);
  if (result.qos == qos::exactly_once) note_routed(of, result.ticket, reason, fx);
  if (!is_owed(*of.inbound, result.ticket)) return;
  // MQTT 3 cannot refuse: without an acknowledgement, the client sends it again on its next link [MQTT3-4.8.0-2].
  if (is_error(reason) && !is_v5(of)) return fail(of, env, reason, "publication could not be routed", fx);
  fx.changes.emplace_back(changes::settle{result.ticket, reason});
  acknowledge_in_order(of, result.ticket, reason, fx);
}

}  // namespace troupe::session
