#include "actors/session/protocol/handshake.hpp"

#include <algorithm>
#include <cstdio>

#include "actors/session/protocol/reply.hpp"
#include "routing/topic.hpp"
#include "routing/utf8.hpp"

namespace troupe::session {

namespace {

struct objection {
  mqtt::reason reason = mqtt::reason::success;
  std::string_view text;
};

objection judge_client_id(const mqtt::connect& packet, const config::limits& limits) noexcept {
  constexpr auto invalid = mqtt::reason::client_identifier_not_valid;
  if (packet.client_id.size() > limits.client_id_bytes_max)  // ids of up to 23 bytes always pass [MQTT-3.1.3-5]
    return {invalid, "client id too long"};
  if (!packet.client_id.empty() || packet.version == mqtt::version::v5) return {};  // [MQTT-3.1.3-6, -8]
  if (packet.version == mqtt::version::v3_1) return {invalid, "client id missing"};
  if (!packet.clean_start) return {invalid, "client id missing for a lasting session"};  // [MQTT3-3.1.3-8, -9]
  return {};
}

objection judge_will(const mqtt::will& will, const handshake_environment& env) noexcept {
  const auto& limits = env.limits;
  if (static_cast<std::uint8_t>(will.qos) > limits.qos_max)
    return {mqtt::reason::qos_not_supported, "will QoS above the maximum"};  // [MQTT-3.2.2-12]
  if (will.retain && !limits.retain_available)
    return {mqtt::reason::retain_not_supported, "retained will is not available"};  // [MQTT-3.2.2-13]
  if (check_topic_name(will.topic, limits.topic_levels_max) != topic_error::none ||
      will.topic.size() + env.mount_point.size() > topic_bytes_max)
    return {mqtt::reason::topic_name_invalid, "will topic not valid"};
  if (will.topic.starts_with("$SYS/")) return {mqtt::reason::not_authorized, "will below $SYS"};
  std::string_view payload{reinterpret_cast<const char*>(will.payload.data()), will.payload.size()};
  if (will.properties.payload_is_text && !valid_utf8(payload))
    return {mqtt::reason::payload_format_invalid, "will payload is not the text it claims to be"};
  return {};
}

objection judge_authentication(const mqtt::connect& packet, const authenticator* mechanism) noexcept {
  if (!packet.authentication_method) return {};
  if (mechanism && mechanism->method() == *packet.authentication_method) return {};
  return {mqtt::reason::bad_authentication_method, "unknown authentication method"};  // [MQTT-4.12.0-1]
}

objection judge(const mqtt::connect& packet, const handshake_environment& env) noexcept {
  if (auto found = judge_client_id(packet, env.limits); is_error(found.reason)) return found;
  if (auto found = judge_authentication(packet, env.authentication); is_error(found.reason)) return found;
  return packet.will ? judge_will(*packet.will, env) : objection{};
}

/// Unique as far as 128 random bits are [MQTT-3.1.3-6].
std::string assigned_client_id(const std::array<std::uint64_t, 2>& id) {
  std::array<char, 40> text{};
  auto size = std::snprintf(text.data(), text.size(), "auto-%016llx%016llx", static_cast<unsigned long long>(id[0]),
                            static_cast<unsigned long long>(id[1]));
  return {text.data(), static_cast<std::size_t>(size)};
}

stored_will store(const mqtt::will& will, std::string_view mount_point) {
  std::string topic{mount_point};
  topic.append(will.topic);
  auto body = publication::make({
    .topic = topic,
    .properties = will.properties.forwarded,
    .payload = will.payload,
    .qos = will.qos,
    .retain = will.retain,
    .expires = time_point::max(),
    .publisher = {},
    .publisher_hash = 0,
    .arrived = {},
  });
  return {std::move(body), will.delay, will.properties.message_expiry};
}

/// A version 3 client is not told of a shorter keep alive, so it keeps its own.
void grant_keep_alive(const mqtt::connect& packet, const config::limits& limits, connect_request& to) noexcept {
  to.keep_alive = packet.keep_alive;
  auto most = std::min<std::int64_t>(limits.keep_alive_max.count(), 65535);
  if (packet.version != mqtt::version::v5 || most <= 0) return;
  if (packet.keep_alive != 0 && packet.keep_alive <= most) return;
  to.keep_alive = static_cast<std::uint16_t>(most);
  to.keep_alive_capped = true;
}

void grant_session_expiry(const mqtt::connect& packet, const config::limits& limits, connect_request& to) noexcept {
  auto most = std::clamp<std::int64_t>(limits.session_expiry_max.count(), 0, 0xFFFFFFFF);
  std::int64_t asked = packet.session_expiry;
  if (packet.version != mqtt::version::v5)
    asked = packet.clean_start ? 0 : std::clamp<std::int64_t>(limits.session_expiry_v3.count(), 0, 0xFFFFFFFF);
  to.session_expiry = static_cast<std::uint32_t>(std::min(asked, most));
  to.session_expiry_capped = asked > most;
}

connect_request take(const mqtt::connect& packet, const handshake_environment& env) {
  connect_request result;
  result.version = packet.version;
  result.client_id_assigned = packet.client_id.empty();
  result.client_id = packet.client_id.empty() ? assigned_client_id(env.unique_id) : std::string{packet.client_id};
  result.clean_start = packet.clean_start;
  grant_keep_alive(packet, env.limits, result);
  grant_session_expiry(packet, env.limits, result);
  result.receive_maximum = packet.receive_maximum;
  result.maximum_packet_size = packet.maximum_packet_size;
  result.topic_alias_maximum = packet.topic_alias_maximum;
  result.request_response_information = packet.request_response_information;
  if (packet.user_name) result.user_name.emplace(*packet.user_name);
  if (packet.password) result.password.emplace(packet.password->begin(), packet.password->end());
  if (packet.authentication_method) result.authentication_method.emplace(*packet.authentication_method);
  if (packet.authentication_data)
    result.authentication_data.assign(packet.authentication_data->begin(), packet.authentication_data->end());
  if (packet.will) result.will = store(*packet.will, env.mount_point);
  return result;
}

}  // namespace

refusal refuse(mqtt::version version, mqtt::reason reason, std::string_view text) {
  refusal result{.reason = reason, .text = text, .connack = {}};
  mqtt::connack packet;
  packet.reason = reason;
  packet.session_present = false;                 // [MQTT-3.2.2-6]
  mqtt::encode(packet, version, result.connack);  // [MQTT-3.2.2-8] [MQTT3-3.2.2-6]
  return result;
}

std::variant<connect_request, refusal> accept(mqtt::bytes_view packet, const handshake_environment& env) {
  constexpr auto connect_type = static_cast<unsigned>(mqtt::packet_type::connect);
  if (packet.empty() || std::to_integer<unsigned>(packet[0]) >> 4 != connect_type)
    return refusal{.reason = mqtt::reason::protocol_error,
                   .text = "the first packet is not CONNECT",
                   .connack = {}};  // [MQTT-3.1.0-1]
  std::vector<std::byte> scratch;
  // Until the peer has named a version, it is told nothing that only MQTT 5 knows.
  auto decoded = mqtt::decode(packet, mqtt::version::v3_1_1, scratch);
  if (const auto* error = std::get_if<mqtt::decode_error>(&decoded))
    return refuse(error->version, error->reason,
                  error->text);  // [MQTT-3.1.4-1] [MQTT-3.1.2-1, -2] [MQTT3-3.1.2-2] [MQTT3-3.1.4-1]
  return accept(std::get<mqtt::connect>(std::get<mqtt::packet>(decoded)), env);
}

std::variant<connect_request, refusal> accept(const mqtt::connect& packet, const handshake_environment& env) {
  if (auto found = judge(packet, env); is_error(found.reason)) {  // [MQTT-3.1.4-2]
    auto no = refuse(packet.version, found.reason, found.text);
    no.client_id = packet.client_id;
    return no;
  }
  return take(packet, env);
}

}  // namespace troupe::session
