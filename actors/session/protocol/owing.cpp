#include "actors/session/protocol/owing.hpp"

#include "actors/session/protocol/reply.hpp"

namespace troupe::session {

namespace {

std::uint32_t next_ticket(const record& of) noexcept { return of.inbound ? of.inbound->next_ticket : 1; }

/// One more acknowledgement, and one more QoS 2 id where `received`, will find room.
void prepare(const record& of, bool owed, bool received, effects& fx) {
  if (!of.inbound) fx.prepare().inbound = std::make_unique<inbound>();
  static const inbound none;
  const auto& from = of.inbound ? *of.inbound : none;
  if (owed && !from.acknowledgements.room(1)) fx.prepare().acknowledgements = from.acknowledgements.larger();
  if (received && !from.exactly_once.room(1)) fx.prepare().exactly_once = from.exactly_once.larger();
}

void owe(const record& of, const mqtt::publish& packet, inbound::owed what, effects& fx) {
  prepare(of, true, false, fx);
  what.packet_id = packet.packet_id;
  what.qos = packet.qos;
  fx.changes.emplace_back(changes::owe{what});
}

/// An acknowledgement that is known already goes out at once unless others are due before it.
void owe_settled(const record& of, const mqtt::publish& packet, std::uint32_t source, mqtt::reason reason,
                 effects& fx) {
  if (of.inbound && !of.inbound->acknowledgements.empty())
    return owe(of, packet, {.source = source, .ready = true, .reason = reason}, fx);
  acknowledge(of, answer_to(packet.qos), packet.packet_id, reason, fx);
}

}  // namespace

mqtt::packet_type answer_to(troupe::qos at) noexcept {
  return at == qos::at_least_once ? mqtt::packet_type::puback   // [MQTT-4.3.2-4, -5]
                                  : mqtt::packet_type::pubrec;  // [MQTT-4.3.3-8]
}

bool awaits_release(const record& of, const mqtt::publish& packet) noexcept {
  return packet.qos == qos::exactly_once && of.inbound &&
         of.inbound->position(packet.packet_id) < of.inbound->exactly_once.size();
}

std::uint32_t owe_later(const record& of, const mqtt::publish& packet, effects& fx) {
  auto ticket = next_ticket(of);
  auto twice = packet.qos == qos::exactly_once;
  prepare(of, true, twice, fx);
  if (twice)
    fx.changes.emplace_back(changes::receive{{.ticket = ticket, .packet_id = packet.packet_id, .on_link = true}});
  owe(of, packet, {.source = ticket}, fx);
  return ticket;
}

void owe_now(const record& of, const mqtt::publish& packet, mqtt::reason reason, effects& fx) {
  auto ticket = next_ticket(of);
  if (packet.qos == qos::exactly_once && !is_error(reason)) {
    prepare(of, false, true, fx);
    fx.changes.emplace_back(changes::receive{
      {.ticket = ticket, .packet_id = packet.packet_id, .routed = true, .on_link = true, .reason = reason}});
  }
  owe_settled(of, packet, ticket, reason, fx);
}

void owe_repeated(const record& of, const mqtt::publish& packet, effects& fx) {
  auto position = of.inbound->position(packet.packet_id);
  const auto& first = of.inbound->exactly_once[position];
  fx.changes.emplace_back(changes::receive_again{position});
  if (first.routed)
    owe_settled(of, packet, first.ticket, first.reason, fx);
  else
    owe(of, packet, {.source = first.ticket}, fx);
}

}  // namespace troupe::session
