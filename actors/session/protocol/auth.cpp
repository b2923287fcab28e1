#include "actors/session/protocol/inputs.hpp"
#include "actors/session/protocol/reply.hpp"

namespace troupe::session {

namespace {

mqtt::bytes_view data_of(const mqtt::auth& packet) noexcept {
  return packet.authentication_data ? *packet.authentication_data : mqtt::bytes_view{};
}

void answer(const record& of, mqtt::reason reason, const std::vector<std::byte>& data, effects& fx) {
  mqtt::auth packet;
  packet.reason = reason;
  packet.authentication_method = *of.authentication_method;  // [MQTT-4.12.0-5]
  if (!data.empty()) packet.authentication_data = data;
  reply(of, packet, fx);
}

void step(const record& of, const environment& env, const authentication_exchange& exchange, const mqtt::auth& packet,
          effects& fx) {
  auto said = exchange.step(data_of(packet));
  if (is_error(said.reason))
    return fail(of, env, mqtt::reason::not_authorized, "re-authentication failed", fx);  // [MQTT-4.12.1-2]
  auto goes_on = said.reason == mqtt::reason::continue_authentication;
  fx.changes.emplace_back(changes::authenticating{goes_on ? exchange.next(data_of(packet)) : nullptr});
  answer(of, said.reason, said.data, fx);  // [MQTT-4.12.0-2] [MQTT-3.15.2-1]
}

}  // namespace

void take_auth(const record& of, const environment& env, const mqtt::auth& packet, effects& fx) {
  auto reject = [&](std::string_view text) { fail(of, env, mqtt::reason::protocol_error, text, fx); };
  if (!of.authentication_method || !env.authentication)
    return reject("AUTH without enhanced authentication");  // [MQTT-4.12.0-7]
  if (packet.authentication_method != std::string_view{*of.authentication_method})
    return reject("AUTH with another method than CONNECT");  // [MQTT-4.12.1-1]
  if (packet.reason == mqtt::reason::re_authenticate) return step(of, env, *env.authentication->begin(), packet, fx);
  if (packet.reason != mqtt::reason::continue_authentication || !of.reauthentication) return reject("AUTH out of turn");
  step(of, env, *of.reauthentication, packet, fx);
}

}  // namespace troupe::session
