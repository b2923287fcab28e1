#include "actors/session/protocol/reply.hpp"

#include "routing/hash.hpp"

namespace troupe::session {

bool reply(mqtt::packet packet, mqtt::version speaks, std::uint32_t maximum_packet_size, effects& fx) {
  if (!mqtt::shrink_to(packet, speaks, maximum_packet_size)) return false;
  mqtt::encode(packet, speaks, fx.out.bytes());
  return true;
}

bool reply(const record& of, mqtt::packet packet, effects& fx) {
  return reply(std::move(packet), of.version, of.maximum_packet_size, fx);
}

void acknowledge(const record& of, mqtt::packet_type type, std::uint16_t packet_id, mqtt::reason reason, effects& fx) {
  // The smallest limit under which a CONNACK fits leaves room for these. All repeat the id they got [MQTT-2.2.1-5],
  // with reasons of their lists only [MQTT-3.4.2-1] [MQTT-3.5.2-1] [MQTT-3.6.2-1] [MQTT-3.7.2-1].
  mqtt::encode_acknowledgement(type, packet_id, reason, of.version, fx.out.bytes());
  // PUBACK and PUBREC wait for their publication, before they are decided.
  if (type == mqtt::packet_type::pubrel || type == mqtt::packet_type::pubcomp) gate(of, fx);
}

void fail(const record& of, const environment& env, mqtt::reason reason, std::string_view text, effects& fx) {
  if (fx.close) return;
  // Never with a Session Expiry Interval [MQTT-3.14.2-1, -2]; the last packet of its link [MQTT-3.14.4-1, -2].
  if (is_v5(of)) reply(of, mqtt::disconnect{.reason = reason, .reason_string = text}, fx);
  fx.close = closing{reason, text};  // [MQTT-4.13.1-1] [MQTT-4.13.2-1] [MQTT-3.14.4-2]
  detach(of, env, {.session_expiry = of.session_expiry}, fx);
}

void detach(const record& of, const environment& env, parting how, effects& fx) {
  auto ends = how.session_expiry == 0;  // [MQTT-3.1.2-23] [MQTT-4.1.0-1, -2] [MQTT3-3.1.2-6]
  fx.changes.emplace_back(changes::detach{env.now});
  if (of.will && !how.keep_will) fx.changes.emplace_back(changes::drop_will{});  // [MQTT-3.14.4-3]
  if (of.will && how.keep_will && (ends || of.will->delay == 0))
    publish_will(of, env, fx);  // [MQTT-3.1.2-8] [MQTT3-3.1.2-12]
  if (ends) finish(of, fx);
}

void publish_will(const record& of, const environment& env, effects& fx) {
  fx.changes.emplace_back(changes::drop_will{});  // [MQTT-3.1.2-10]
  const auto& will = *of.will;
  auto topic = will.body->topic();
  if (topic.starts_with(env.mount_point)) topic.remove_prefix(env.mount_point.size());
  if (env.access && !env.access->check(access::publish, topic, of.identity())) {
    fx.dropped(drop_reason::denied).add(will.body->memory());
    return;
  }
  auto publisher = static_cast<std::uint32_t>(hash_text(of.client_id, 0));
  fx.routes.push_back({publish_will(will, env.self, publisher, env.now), 0, 0, 0, will.body->qos()});
}

namespace {

void hand_on(const delivery& left, bool sent, effects& fx) {
  auto group = left.group();
  auto may_go_on = !sent || left.qos == qos::at_least_once;  // QoS 2 already begun goes to nobody else [MQTT-4.8.2-5]
  if (!group.empty() && may_go_on)
    fx.redispatches.push_back({left.body, group, left.qos});
  else if (!sent)
    fx.dropped(drop_reason::session_ended).add(left.body->memory());
}

}  // namespace

void finish(const record& of, effects& fx) {
  for (auto id = of.inflight.first(); id != 0; id = of.inflight.after(id)) {
    const auto& slot = *of.inflight.find(id);
    if (slot.state == inflight_window::state::sent) hand_on(slot.what, true, fx);
  }
  for (std::uint32_t i = 0; of.queue && i < of.queue->end(); ++i)
    if (of.queue->at(i).body) hand_on(of.queue->at(i), false, fx);
  if (!of.subscriptions.empty()) {
    auto& request = fx.unsubscribe.emplace_back();
    request.filters.reserve(of.subscriptions.size());
    of.subscriptions.for_each([&](const subscription& each) { request.filters.push_back(each.filter); });
  }
  fx.changes.emplace_back(changes::finish{});
  fx.ended = true;
}

}  // namespace troupe::session
