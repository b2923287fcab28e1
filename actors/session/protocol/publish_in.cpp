#include <algorithm>

#include "actors/session/protocol/inputs.hpp"
#include "actors/session/protocol/owing.hpp"
#include "actors/session/protocol/reply.hpp"
#include "routing/hash.hpp"
#include "routing/topic.hpp"
#include "routing/utf8.hpp"

namespace troupe::session {

namespace {

constexpr std::string_view sys_prefix = "$SYS/";
constexpr std::string_view debug_prefix = "$SYS/debug/crash/";

/// Rules that cost the link when broken: what CONNACK told the client not to do.
struct violation_found {
  mqtt::reason reason = mqtt::reason::success;
  std::string_view text;
};

/// The client was told the limit that its table was made for, whatever was configured since.
std::size_t alias_max(const record& of, const environment& env) noexcept {
  return of.aliases ? of.aliases->from_client.size() : env.limits.topic_alias_max;
}

/// QoS 2 ids of earlier links don't count in the quota of this one, but they may not pile up either.
bool is_beyond_quota(const record& of, const environment& env) noexcept {
  std::uint32_t most = env.limits.receive_maximum;
  return of.inbound && (of.inbound->open >= most || of.inbound->exactly_once.size() >= 2 * most);
}

violation_found check_capabilities(const record& of, const environment& env, const mqtt::publish& packet) noexcept {
  if (static_cast<std::uint8_t>(packet.qos) > env.limits.qos_max)
    return {mqtt::reason::qos_not_supported, "QoS above the maximum"};  // [MQTT-3.2.2-11]
  if (packet.retain && !env.limits.retain_available)
    return {mqtt::reason::retain_not_supported, "RETAIN is not available"};  // [MQTT-3.2.2-14]
  if (!packet.properties.subscription_identifiers.empty())
    return {mqtt::reason::protocol_error, "subscription identifier in PUBLISH of a client"};  // [MQTT-3.3.4-6]
  if (packet.properties.topic_alias > alias_max(of, env))
    return {mqtt::reason::topic_alias_invalid, "topic alias above the maximum"};  // [MQTT-3.3.2-9] [MQTT-3.2.2-17, -18]
  if (is_v5(of) && packet.qos != qos::at_most_once && is_beyond_quota(of, env) && !awaits_release(of, packet))
    return {mqtt::reason::receive_maximum_exceeded, "more in flight than Receive Maximum"};  // [MQTT-3.3.4-7]
  return {};
}

/// The topic name that the packet stands for; empty if its alias is not known.
std::string_view resolve_topic(const record& of, const mqtt::publish& packet) noexcept {
  if (!packet.topic.empty()) return packet.topic;
  auto alias = packet.properties.topic_alias;
  return of.aliases && alias != 0 ? of.aliases->from_client[alias - 1u].view() : std::string_view{};
}

void establish_alias(const record& of, const environment& env, const mqtt::publish& packet, effects& fx) {
  auto alias = packet.properties.topic_alias;
  if (alias == 0 || packet.topic.empty()) return;
  auto client_max = std::min(of.topic_alias_maximum, env.limits.topic_alias_max);
  if (!of.aliases)
    fx.prepare().aliases = make_aliases(env.limits, client_max);
  else if (of.aliases->from_client[alias - 1u].view() == packet.topic)
    return;
  fx.changes.emplace_back(changes::client_alias{alias, shared_text{packet.topic}});  // [MQTT-3.3.2-12]
}

violation_found check_topic(const environment& env, std::string_view topic) noexcept {
  // Wildcards and malformed text are the decoder's to find [MQTT-3.3.2-2].
  if (topic.empty()) return {mqtt::reason::protocol_error, "unknown topic alias"};
  if (topic.size() + env.mount_point.size() > topic_bytes_max)
    return {mqtt::reason::topic_name_invalid, "topic name too long below its mount point"};
  auto levels = static_cast<std::size_t>(std::ranges::count(topic, '/')) + 1;
  if (levels > env.limits.topic_levels_max)
    return {mqtt::reason::topic_name_invalid, "topic name with too many levels"};
  return {};
}

/// What the publisher may not send, without losing its link for it.
mqtt::reason judge(const record& of, const environment& env, const mqtt::publish& packet, std::string_view topic) {
  if (topic.starts_with(sys_prefix)) return mqtt::reason::not_authorized;
  if (env.access && !env.access->check(access::publish, topic, of.identity())) return mqtt::reason::not_authorized;
  if (packet.properties.payload_is_text &&
      !valid_utf8({reinterpret_cast<const char*>(packet.payload.data()), packet.payload.size()}))
    return mqtt::reason::payload_format_invalid;
  return mqtt::reason::success;
}

publication_ptr make_publication(const record& of, const environment& env, const mqtt::publish& packet,
                                 std::string_view topic, effects& fx) {
  if (!env.mount_point.empty()) topic = fx.topic_scratch.assign(env.mount_point).append(topic);
  const auto& properties = packet.properties;
  return publication::make({
    .topic = topic,
    .properties = properties.forwarded,
    .payload = packet.payload,
    .qos = packet.qos,
    .retain = packet.retain,
    .expires =
      properties.message_expiry ? env.now + std::chrono::seconds{*properties.message_expiry} : time_point::max(),
    .publisher = env.self,
    .publisher_hash = static_cast<std::uint32_t>(hash_text(of.client_id, 0)),
    .arrived = env.now,
  });
}

void route_publication(const record& of, const environment& env, const mqtt::publish& packet, std::string_view topic,
                       effects& fx) {
  auto body = make_publication(of, env, packet, topic, fx);
  auto bytes = static_cast<std::uint32_t>(body->memory());
  auto ticket = packet.qos == qos::at_most_once ? 0 : owe_later(of, packet, fx);
  fx.received.add(bytes);
  fx.changes.emplace_back(changes::unrouted{bytes});
  fx.routes.push_back({std::move(body), ticket, bytes, packet.packet_id, packet.qos});  // [MQTT-3.3.4-1] [MQTT-4.5.0-1]
}

/// MQTT 3 has no word for a refusal: the client is told that all is well [MQTT3-3.3.5-2].
void refuse(const record& of, const environment& env, const mqtt::publish& packet, mqtt::reason why, effects& fx) {
  fx.dropped(drop_reason::denied).add(packet.payload.size());
  if (why == mqtt::reason::not_authorized && env.disconnect_on_denied)
    return fail(of, env, why, "publishes where it may not", fx);
  if (packet.qos != qos::at_most_once) owe_now(of, packet, is_v5(of) ? why : mqtt::reason::success, fx);
}

void debug_publish(const record& of, const mqtt::publish& packet, std::string_view topic, effects& fx) {
  fx.debug_publishes.emplace_back(topic);
  if (packet.qos != qos::at_most_once) owe_now(of, packet, mqtt::reason::success, fx);
}

}  // namespace

void take_publish(const record& of, const environment& env, const mqtt::publish& packet, effects& fx) {
  if (auto found = check_capabilities(of, env, packet); found.reason != mqtt::reason::success)
    return fail(of, env, found.reason, found.text, fx);
  auto topic = resolve_topic(of, packet);
  if (auto found = check_topic(env, topic); found.reason != mqtt::reason::success)
    return fail(of, env, found.reason, found.text, fx);
  establish_alias(of, env, packet, fx);
  if (awaits_release(of, packet)) return owe_repeated(of, packet, fx);  // [MQTT-4.3.3-10]
  if (env.fault_injection && topic.starts_with(debug_prefix)) return debug_publish(of, packet, topic, fx);
  if (auto why = judge(of, env, packet, topic); why != mqtt::reason::success) return refuse(of, env, packet, why, fx);
  route_publication(of, env, packet, topic, fx);
}

}  // namespace troupe::session
