#include "actors/session/protocol/outflow.hpp"

#include <algorithm>
#include <bit>

#include "actors/session/protocol/reply.hpp"

namespace troupe::session {

namespace {

/// Seconds that a subscriber may still keep the message: what it waited here is taken off [MQTT-3.3.2-6].
std::optional<std::uint32_t> seconds_left(const publication& body, time_point now) noexcept {
  if (body.expires() == time_point::max()) return std::nullopt;
  if (body.expires() <= now) return 0;
  return static_cast<std::uint32_t>(std::chrono::ceil<std::chrono::seconds>(body.expires() - now).count());
}

/// Below it, an alias costs more bytes than the topic name.
constexpr std::size_t alias_worth_from = 5;

}  // namespace

peer peer_of(const record& of, const config::limits& limits) noexcept {
  return {
    .version = of.version,
    .guarded = of.guarded,
    .window = std::min(of.receive_maximum, limits.inflight_max),                  // [MQTT-3.3.4-9] [MQTT-4.9.0-1]
    .topic_alias_max = std::min(of.topic_alias_maximum, limits.topic_alias_max),  // [MQTT-3.1.2-26, -27]
    .maximum_packet_size = of.maximum_packet_size,
    .identity = of.identity(),
  };
}

void turn_down(const addressing& to, effects& fx) {
  if (to.sequence != 0) fx.changes.emplace_back(changes::turn_down{to.message, to.sequence});
}

outflow::outflow(const record& of, const environment& env, const peer& to, effects& fx, std::uint16_t freed) noexcept
  : of_{of},
    env_{env},
    to_{to},
    fx_{fx},
    ids_{of.inflight, freed},
    freed_{freed},
    open_{of.inflight.open()},
    in_flight_{of.inflight.size()} {
  const auto* slot = of.inflight.find(freed);
  if (!slot) return;
  if (slot->on_link) --open_;
  --in_flight_;
}

/// Publications that only wait for PUBCOMP do not count in the client's quota after a new link, but they do in ours: a
/// client that never sends it gathers no more of them.
bool outflow::may_send(troupe::qos at) const noexcept {
  if (!outbox_has_room()) return false;
  return at == qos::at_most_once || (quota_left() && in_flight_ < env_.limits.inflight_max);  // [MQTT-4.9.0-2]
}

/// Until SUBACK is out, the queue is held back: a retained message of its filters may be in it, and comes after it.
bool outflow::suback_due() const noexcept {
  for (std::uint32_t i = 0; i < of_.requests.size(); ++i) {
    const auto& request = of_.requests[i];
    if (request.answer == mqtt::packet_type::suback && request.packet_id != 0 && request.ticket != answered_)
      return true;
  }
  return false;
}

bool outflow::launch(const publication_ptr& body, const addressing& to) {
  auto at = std::min(body->qos(), to.qos);
  if (of_.queued_messages() != 0 || of_.inflight.resend() != 0 || !may_send(at)) return false;
  if (to.retained && suback_due()) return false;
  auto packet = drafted(body, at, outgoing_retain(*body, to), to.identifiers);
  if (auto result = judge(packet); result != fate::sent) {
    drop(*body, result);
    if (body->followed()) [[unlikely]]
      tell_dropped(body, result, true);
    turn_down(to, fx_);
    return true;
  }
  if (at != qos::at_most_once) {
    packet.header.packet_id = take_id();
    fx_.changes.emplace_back(changes::launch{make_delivery(body, to), packet.header.packet_id});
  }
  send(packet);
  if (body->followed()) [[unlikely]]
    tell_sent(packet, true);
  fx_.delivered.add(body->memory());
  return true;
}

std::uint16_t outflow::take_id() noexcept {
  ++open_;  // [MQTT-4.9.0-2]
  ++in_flight_;
  return ids_.next();  // [MQTT-2.2.1-4] [MQTT-4.3.2-1] [MQTT-4.3.3-1]
}

void outflow::resend_all() { resend_from(of_.inflight.first()); }  // [MQTT-4.4.0-1] [MQTT-4.6.0-1] [MQTT-4.8.2-4]

void outflow::go_on() {
  auto waiting = of_.inflight.resend();
  if (waiting != 0)
    resend_from(waiting);
  else
    drain();
}

void outflow::resend_from(std::uint16_t packet_id) {
  for (; packet_id != 0; packet_id = of_.inflight.after(packet_id)) {
    if (packet_id != freed_ && !resend(packet_id, *of_.inflight.find(packet_id))) break;
  }
  if (packet_id != of_.inflight.resend()) fx_.changes.emplace_back(changes::resend_from{packet_id});
  if (packet_id == 0) drain();
}

/// False: it has to wait, and so has everything behind it.
bool outflow::resend(std::uint16_t packet_id, const inflight_window::slot& slot) {
  if (slot.state == inflight_window::state::released) {
    // No PUBLISH once PUBREL went out [MQTT-4.3.3-5, -6].
    mqtt::encode_acknowledgement(mqtt::packet_type::pubrel, packet_id, mqtt::reason::success, to_.version,
                                 fx_.out.bytes());
    gate(of_, fx_);
    return true;
  }
  if (!outbox_has_room() || !quota_left()) return false;
  auto packet = drafted(slot.what.body, slot.what.qos, slot.what.retain, slot.what.identifiers());
  packet.header.packet_id = packet_id;
  packet.header.duplicate = true;  // [MQTT-3.3.1-1]
  if (judge(packet) == fate::too_large) {
    // The new link takes smaller packets than the old one: as if it were acknowledged [MQTT-3.1.2-25].
    fx_.dropped(drop_reason::too_large).add(slot.what.body->memory());
    fx_.changes.emplace_back(changes::complete{packet_id});
    return true;
  }
  ++open_;
  fx_.changes.emplace_back(changes::sent_again{packet_id});
  send(packet);
  return true;
}

void outflow::drain() {
  if (!of_.queue || suback_due()) return;
  for (std::uint32_t position = 0; position < of_.queue->end(); ++position) {
    const auto& next = of_.queue->at(position);
    if (!next.body) continue;
    if (!may_send(next.qos)) return;
    send_queued(next);
  }
}

void outflow::send_queued(const delivery& next) {
  auto packet = drafted(next.body, next.qos, next.retain, next.identifiers());
  if (auto result = judge(packet); result != fate::sent) {
    drop(*next.body, result);
    if (next.followed) [[unlikely]]
      tell_dropped(next.body, result, false);
    fx_.changes.emplace_back(changes::discard{});
    return;
  }
  if (next.qos != qos::at_most_once) {
    packet.header.packet_id = take_id();
  }
  fx_.changes.emplace_back(changes::dequeue{packet.header.packet_id});
  send(packet);
  if (next.followed) [[unlikely]]
    tell_sent(packet, false);
  fx_.delivered.add(next.body->memory());
}

void outflow::tell_sent(const draft& packet, bool first) {
  using step = enum followed_step::outcome;
  const auto id = packet.header.packet_id;
  fx_.followed.push_back({packet.body,
                          id == 0 ? step::sent : step::in_flight,
                          id,
                          {},
                          first ? "written to its connection" : "written to its connection, after it had waited",
                          first});
}

void outflow::tell_dropped(const publication_ptr& body, fate why, bool first) {
  const auto text = why == fate::expired  ? "it has expired"
                    : why == fate::denied ? "access rules deny it to this client"
                                          : "it exceeds the client's Maximum Packet Size";
  fx_.followed.push_back({body, followed_step::outcome::dropped, 0, {}, text, first});
}

outflow::draft outflow::drafted(const publication_ptr& body, troupe::qos at, bool retain,
                                std::span<const std::uint32_t> identifiers) const {
  draft result{body, {}};
  result.header.qos =
    at;  // first sent with DUP 0, whatever came in [MQTT-3.3.1-3] [MQTT-4.3.1-1] [MQTT-4.3.2-2] [MQTT-4.3.3-2]
  result.header.retain = retain;
  result.header.mount_point_bytes = mount_bytes(*body);
  if (to_.version != mqtt::version::v5) return result;
  result.header.message_expiry = seconds_left(*body, env_.now);
  result.header.subscription_identifiers = identifiers;  // [MQTT-3.3.4-3, -4]
  if (to_.topic_alias_max != 0) choose_alias(result);
  return result;
}

void outflow::choose_alias(draft& packet) const {
  auto topic = packet.body->topic().substr(packet.header.mount_point_bytes);
  if (topic.size() < alias_worth_from) return;
  const auto* known = of_.aliases.get();
  if (auto alias = known ? known->find(topic) : std::uint16_t{0}) {
    packet.header.topic_alias = alias;
    packet.header.topic_known = true;
    return;
  }
  auto used = known ? known->to_client.size() : 0;
  auto most = known ? known->to_client_max : to_.topic_alias_max;
  if (alias_added_ || used >= most) return;                          // [MQTT-3.3.2-11]
  packet.header.topic_alias = static_cast<std::uint16_t>(used + 1);  // [MQTT-3.3.2-8]
  packet.new_alias = true;
}

outflow::fate outflow::judge(const draft& packet) const {
  const auto& body = *packet.body;
  // What was sent once is delivered to the end [MQTT-4.3.3-7, -13].
  if (body.expires() <= env_.now && !packet.header.duplicate) return fate::expired;  // [MQTT-3.3.2-5]
  if (to_.guarded && env_.access && !packet.header.duplicate &&
      !env_.access->check_delivery(body.topic().substr(packet.header.mount_point_bytes), to_.identity))
    return fate::denied;
  if (to_.maximum_packet_size != 0 && mqtt::publish_size(body, packet.header, to_.version) > to_.maximum_packet_size)
    return fate::too_large;  // [MQTT-3.1.2-24]
  return fate::sent;
}

void outflow::send(const draft& packet) {
  if (packet.new_alias) {
    if (!of_.aliases && !(fx_.prepared && fx_.prepared->aliases))
      fx_.prepare().aliases = make_aliases(env_.limits, to_.topic_alias_max);
    auto topic = packet.body->topic().substr(packet.header.mount_point_bytes);
    fx_.changes.emplace_back(changes::alias{shared_text{topic}});
    alias_added_ = true;
  }
  mqtt::encode_publish(packet.body, packet.header, to_.version, fx_.out);
  if (packet.header.qos == qos::exactly_once) gate(of_, fx_);
}

void outflow::drop(const publication& body, fate why) {
  auto reason = why == fate::expired  ? drop_reason::expired
                : why == fate::denied ? drop_reason::denied
                                      : drop_reason::too_large;  // [MQTT-3.1.2-25]
  fx_.dropped(reason).add(body.memory());
}

void outflow::finish() {
  auto needed = ids_.capacity();
  if (needed <= of_.inflight.capacity()) return;
  auto grown = std::bit_ceil(static_cast<std::uint32_t>(needed));
  auto most = std::max<std::uint32_t>(needed, env_.limits.inflight_max);
  fx_.prepare().inflight = of_.inflight.larger(static_cast<std::uint16_t>(std::min(grown, most)));
}

std::size_t outflow::mount_bytes(const publication& body) const noexcept {
  auto mount = env_.mount_point;
  return body.topic().size() > mount.size() && body.topic().starts_with(mount) ? mount.size() : 0;
}

}  // namespace troupe::session
