#include <algorithm>
#include <string>

#include "actors/session/protocol/inputs.hpp"
#include "actors/session/protocol/outflow.hpp"
#include "actors/session/protocol/reply.hpp"

namespace troupe::session {

namespace {

using std::chrono::seconds;

/// CONNACK tells an MQTT 5 client every limit that differs from what it would otherwise assume.
mqtt::connack answer(const environment& env, const connect_request& request, bool session_present) {
  const auto& limits = env.limits;
  mqtt::connack result;
  result.session_present = session_present;  // [MQTT-3.2.2-2, -3] [MQTT-3.1.2-5, -6]
  if (request.session_expiry_capped) result.session_expiry = request.session_expiry;
  result.receive_maximum = limits.receive_maximum;
  result.maximum_qos = limits.qos_max;  // [MQTT-3.2.2-9]
  result.retain_available = limits.retain_available;
  result.maximum_packet_size = limits.packet_bytes_max;
  if (request.client_id_assigned) result.assigned_client_id = request.client_id;  // [MQTT-3.2.2-16] [MQTT-3.1.3-7]
  result.topic_alias_maximum = limits.topic_alias_max;
  result.wildcard_available = limits.wildcard_available;
  result.shared_available = limits.shared_available;
  if (request.keep_alive_capped) result.server_keep_alive = request.keep_alive;                      // [MQTT-3.2.2-22]
  if (request.request_response_information) result.response_information = env.response_information;  // [MQTT-3.1.2-28]
  if (request.authentication_method)
    result.authentication_method = *request.authentication_method;  // [MQTT-4.12.0-5, -6]
  if (request.authentication_answer) result.authentication_data = *request.authentication_answer;
  return result;
}

std::string_view user_of(const connect_request& request) noexcept {
  return request.user_name ? std::string_view{*request.user_name} : std::string_view{};
}

std::unique_ptr<attachment> attach(const record& of, const environment& env, const connect_request& request) {
  auto result = std::make_unique<attachment>();
  // Everybody who has this text shares it: keep the old one where it is the same.
  result->client_id = of.client_id.view() == request.client_id ? of.client_id : shared_text{request.client_id};
  result->user_name = shared_text{user_of(request)};
  if (request.will) result->will = std::make_unique<stored_will>(*request.will);  // [MQTT-3.1.2-7] [MQTT-3.1.3-9]
  if (request.authentication_method)
    result->authentication_method = std::make_unique<const std::string>(*request.authentication_method);
  result->now = env.now;
  result->session_expiry = request.session_expiry;
  result->maximum_packet_size = request.maximum_packet_size;
  result->keep_alive = request.keep_alive;
  result->receive_maximum = request.receive_maximum;
  result->topic_alias_maximum = request.topic_alias_maximum;
  result->version = request.version;
  if (env.durable_number != 0 && request.session_expiry != 0 && of.durable == 0) result->durable = env.durable_number;
  result->guarded = env.access && env.access->needs_delivery_check({request.client_id, user_of(request)});
  return result;
}

peer peer_of(const environment& env, const attachment& client) noexcept {
  return {
    .version = client.version,
    .guarded = client.guarded,
    .window = std::min(client.receive_maximum, env.limits.inflight_max),
    .topic_alias_max = std::min(client.topic_alias_maximum, env.limits.topic_alias_max),
    .maximum_packet_size = client.maximum_packet_size,
    .identity = {client.client_id, client.user_name},
  };
}

/// The client takes no packet as large as the CONNACK: there is nothing to say.
void turn_away(const record& of, bool session_present, effects& fx) {
  fx.close = closing{mqtt::reason::packet_too_large, "CONNACK is too large for the client"};
  if (!session_present) finish(of, fx);
}

time_point will_due(const record& of) noexcept {
  return of.since + seconds{std::min(of.will->delay, of.session_expiry)};  // [MQTT-3.1.2-8]
}

std::optional<time_point> keep_alive_due(const record& of) noexcept {
  if (of.keep_alive == 0) return std::nullopt;
  return of.since + std::chrono::milliseconds{of.keep_alive * 1500};
}

}  // namespace

void connected(const record& of, const environment& env, const connect_request& request, bool session_present,
               effects& fx) {
  auto client = attach(of, env, request);
  auto to = peer_of(env, *client);
  // First packet of the server on this link, and the only CONNACK [MQTT-3.2.0-1, -2] [MQTT-3.1.4-5].
  if (!reply(answer(env, request, session_present), to.version, to.maximum_packet_size, fx))
    return turn_away(of, session_present, fx);
  fx.gated |= of.durable != 0 || client->durable != 0;
  outflow out{of, env, to, fx};
  out.resend_all();
  out.finish();
  // Behind the sending, which still looks at the text of the client.
  fx.changes.emplace(fx.changes.begin(), changes::attach{std::move(client)});
}

void take_disconnect(const record& of, const environment& env, const mqtt::disconnect& packet, effects& fx) {
  parting how{.keep_will = packet.reason != mqtt::reason::success, .session_expiry = of.session_expiry};
  if (packet.session_expiry) {
    if (of.session_expiry == 0 && *packet.session_expiry != 0)
      return fail(of, env, mqtt::reason::protocol_error, "DISCONNECT makes a session last that ends with its link", fx);
    auto most = env.limits.session_expiry_max.count();
    how.session_expiry = static_cast<std::uint32_t>(std::min<std::int64_t>(*packet.session_expiry, most));
    fx.changes.emplace_back(changes::expire_after{how.session_expiry});
  }
  fx.close = closing{packet.reason, {}};
  detach(of, env, how, fx);
}

void link_lost(const record& of, const environment& env, effects& fx) {
  if (of.connected) detach(of, env, {.session_expiry = of.session_expiry}, fx);
}

std::optional<time_point> deadline(const record& of) noexcept {
  if (of.ended) return std::nullopt;
  if (of.connected) return keep_alive_due(of);
  std::optional<time_point> result;
  if (of.session_expiry != never_expires) result = of.since + seconds{of.session_expiry};
  if (of.will) result = result ? std::min(*result, will_due(of)) : will_due(of);
  return result;
}

void timeout(const record& of, const environment& env, effects& fx) {
  auto due = deadline(of);
  if (!due || env.now < *due) return;
  if (of.connected) {
    // A link that the node itself does not read is not silent by the client's fault.
    if (env.paused) return static_cast<void>(fx.changes.emplace_back(changes::heard{env.now}));
    return fail(of, env, mqtt::reason::keep_alive_timeout, "keep alive timeout", fx);  // [MQTT-3.1.2-22]
  }
  if (of.will && env.now >= will_due(of)) publish_will(of, env, fx);
  if (of.session_expiry != never_expires && env.now >= of.since + seconds{of.session_expiry})
    finish(of, fx);  // [MQTT-4.1.0-2]
}

void kicked(const record& of, const environment& env, mqtt::reason reason, effects& fx) {
  if (!of.connected) return;
  auto text = reason == mqtt::reason::session_taken_over     ? "taken over by another connection"  // [MQTT-3.1.4-3]
              : reason == mqtt::reason::server_shutting_down ? "the server shuts down"
              : reason == mqtt::reason::banned               ? "banned"
                                                             : "closed by the server";
  fail(of, env, reason, text, fx);
}

void end(const record& of, const environment& env, effects& fx) {
  if (of.ended) return;
  if (of.connected) {
    constexpr auto reason = mqtt::reason::administrative_action;
    if (is_v5(of)) reply(of, mqtt::disconnect{.reason = reason}, fx);
    fx.close = closing{reason, "the session is ended by the server"};
    return detach(of, env, {.session_expiry = 0}, fx);
  }
  if (of.will) publish_will(of, env, fx);
  finish(of, fx);
}

}  // namespace troupe::session
