#include "actors/session/protocol/handshake.hpp"
#include "actors/session/protocol/reply.hpp"

namespace troupe::session {

namespace {

authentication_progress refused(const connect_request& request, mqtt::reason reason, std::string_view text) {
  // [MQTT-4.12.0-4]
  return {authentication_progress::state::refused, refuse(request.version, reason, text).connack, reason, text};
}

std::vector<std::byte> challenge(const connect_request& request, const std::vector<std::byte>& data) {
  mqtt::auth packet;
  packet.reason = mqtt::reason::continue_authentication;          // [MQTT-4.12.0-2]
  packet.authentication_method = *request.authentication_method;  // [MQTT-4.12.0-5]
  packet.authentication_data = data;
  std::vector<std::byte> result;
  mqtt::encode(packet, mqtt::version::v5, result);
  return result;
}

authentication_progress step(connect_request& request, std::unique_ptr<authentication_exchange>& exchange,
                             mqtt::bytes_view data) {
  auto said = exchange->step(data);
  if (is_error(said.reason)) return refused(request, said.reason, "enhanced authentication failed");
  if (said.reason == mqtt::reason::continue_authentication) {
    exchange = exchange->next(data);
    return {authentication_progress::state::wait, challenge(request, said.data), said.reason, {}};
  }
  if (!said.data.empty()) request.authentication_answer = std::move(said.data);
  if (!said.user.empty()) request.user_name = std::move(said.user);
  exchange.reset();
  return {authentication_progress::state::done, {}, mqtt::reason::success, {}};
}

}  // namespace

authentication_progress authenticate(connect_request& request, const authenticator& mechanism,
                                     std::unique_ptr<authentication_exchange>& exchange) {
  exchange = mechanism.begin();
  return step(request, exchange, request.authentication_data);
}

authentication_progress authenticate(connect_request& request, const authenticator& mechanism,
                                     std::unique_ptr<authentication_exchange>& exchange, mqtt::bytes_view packet) {
  std::vector<std::byte> scratch;
  auto decoded = mqtt::decode(packet, mqtt::version::v5, scratch);
  if (const auto* error = std::get_if<mqtt::decode_error>(&decoded))
    return refused(request, error->reason, error->text);
  auto& told = std::get<mqtt::packet>(decoded);
  if (std::holds_alternative<mqtt::disconnect>(told))
    return {authentication_progress::state::refused, {}, mqtt::reason::success, "the client gave up"};
  const auto* auth = std::get_if<mqtt::auth>(&told);
  if (!exchange || !auth || auth->reason != mqtt::reason::continue_authentication ||
      auth->authentication_method != mechanism.method())                                 // [MQTT-4.12.0-3]
    return refused(request, mqtt::reason::protocol_error, "not the AUTH that was due");  // [MQTT-3.1.2-30]
  return step(request, exchange, auth->authentication_data ? *auth->authentication_data : mqtt::bytes_view{});
}

}  // namespace troupe::session
