#include "actors/session/protocol/inputs.hpp"
#include "actors/session/protocol/reply.hpp"

namespace troupe::session {

namespace {

/// One line for each type of packet.
class dispatcher {
public:
  dispatcher(const record& of, const environment& env, effects& fx) noexcept : of_{of}, env_{env}, fx_{fx} {}

  void operator()(const mqtt::publish& packet) const { take_publish(of_, env_, packet, fx_); }
  void operator()(const mqtt::acknowledgement& packet) const { take_acknowledgement(of_, env_, packet, fx_); }
  void operator()(const mqtt::subscribe& packet) const { take_subscribe(of_, env_, packet, fx_); }
  void operator()(const mqtt::unsubscribe& packet) const { take_unsubscribe(of_, env_, packet, fx_); }
  void operator()(const mqtt::pingreq&) const { mqtt::encode_pingresp(fx_.out.bytes()); }  // [MQTT-3.12.4-1]
  void operator()(const mqtt::disconnect& packet) const { take_disconnect(of_, env_, packet, fx_); }
  void operator()(const mqtt::auth& packet) const { take_auth(of_, env_, packet, fx_); }
  void operator()(const mqtt::connect&) const { reject("a second CONNECT"); }  // [MQTT-3.1.0-2]
  void operator()(const mqtt::connack&) const { reject("CONNACK from a client"); }
  void operator()(const mqtt::subscription_acknowledgement&) const { reject("SUBACK or UNSUBACK from a client"); }
  void operator()(const mqtt::pingresp&) const { reject("PINGRESP from a client"); }

private:
  void reject(std::string_view text) const { fail(of_, env_, mqtt::reason::protocol_error, text, fx_); }

  const record& of_;
  const environment& env_;
  effects& fx_;
};

/// What is wrong with a second CONNECT is that it is one: DISCONNECT has no reason for its version [MQTT-3.14.2-1].
mqtt::reason disconnect_reason(mqtt::reason decoding) noexcept {
  return decoding == mqtt::reason::unsupported_protocol_version ? mqtt::reason::protocol_error : decoding;
}

}  // namespace

void packet(const record& of, const environment& env, mqtt::bytes_view bytes, effects& fx) {
  if (!of.connected) return;  // nothing after a DISCONNECT [MQTT-3.14.4-1]
  fx.changes.emplace_back(changes::heard{env.now});
  auto decoded = mqtt::decode(bytes, of.version, fx.decode_scratch);
  if (const auto* error = std::get_if<mqtt::decode_error>(&decoded))
    return fail(of, env, disconnect_reason(error->reason), error->text, fx);  // [MQTT-4.13.1-1]
  std::visit(dispatcher{of, env, fx}, std::get<mqtt::packet>(decoded));
}

void violation(const record& of, const environment& env, mqtt::reason reason, std::string_view text, effects& fx) {
  if (of.connected) fail(of, env, reason, text, fx);  // [MQTT-3.2.2-15]
}

}  // namespace troupe::session
