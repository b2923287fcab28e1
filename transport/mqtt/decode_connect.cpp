#include <optional>

#include "transport/mqtt/decoder.hpp"

namespace troupe::mqtt {
namespace {

/// Connect Flags (MQTT 5, 3.1.2.3).
struct connect_flags {
  unsigned bits = 0;
  bool reserved() const noexcept { return (bits & 0x01) != 0; }
  bool clean_start() const noexcept { return (bits & 0x02) != 0; }
  bool will() const noexcept { return (bits & 0x04) != 0; }
  unsigned will_qos() const noexcept { return bits >> 3 & 3; }
  bool will_retain() const noexcept { return (bits & 0x20) != 0; }
  bool password() const noexcept { return (bits & 0x40) != 0; }
  bool user_name() const noexcept { return (bits & 0x80) != 0; }
};

/// The version in which a peer that names `level` would understand an answer. Bridges set the highest bit.
version nearest_version(unsigned level) noexcept {
  const auto plain = level & 0x7F;
  return plain >= 5 ? version::v5 : plain == 3 ? version::v3_1 : version::v3_1_1;
}

void read_version(source& from, connect& to) noexcept {
  const auto name = from.in.text();
  const unsigned level = from.in.byte();
  if (!from.in.ok()) return;
  if (name != "MQTT" && name != "MQIsdp")
    return from.fail(reason::protocol_error, "the protocol is not MQTT");  // [MQTT-3.1.2-1]
  from.speaks = nearest_version(level);
  const bool known = name == "MQTT" ? level == 4 || level == 5 : level == 3;
  if (!known)
    from.fail(reason::unsupported_protocol_version, "an unknown protocol level");  // [MQTT-3.1.2-2] [MQTT3-3.1.2-2]
  to.version = from.speaks;
}

/// MQTT 3.1 knows no reserved bits, and leaves the will's bits without meaning where there is no will.
void check_flags(source& from, connect_flags flags) noexcept {
  const auto wrong = [&](std::string_view text) { from.fail(reason::malformed_packet, text); };
  if (from.speaks != version::v3_1) {
    if (from.flags != 0) wrong("reserved flags are wrong");                         // [MQTT-2.1.3-1]
    if (flags.reserved()) wrong("the reserved connect flag is set");                // [MQTT-3.1.2-3]
    if (!flags.will() && flags.will_qos() != 0) wrong("will QoS without a will");   // [MQTT-3.1.2-11]
    if (!flags.will() && flags.will_retain()) wrong("will retain without a will");  // [MQTT-3.1.2-13]
  }
  if (flags.will() && flags.will_qos() == 3) wrong("will QoS 3");                                   // [MQTT-3.1.2-12]
  if (!from.v5() && flags.password() && !flags.user_name()) wrong("a password without user name");  // [MQTT3-3.1.2-22]
}

void take_property(source& from, const property_value& value, connect& to) {
  switch (value.id) {
    case property::session_expiry_interval: to.session_expiry = value.number; break;
    case property::receive_maximum: to.receive_maximum = static_cast<std::uint16_t>(value.number); break;
    case property::maximum_packet_size: to.maximum_packet_size = value.number; break;
    case property::topic_alias_maximum: to.topic_alias_maximum = static_cast<std::uint16_t>(value.number); break;
    case property::request_response_information: to.request_response_information = value.number == 1; break;
    case property::request_problem_information: to.request_problem_information = value.number == 1; break;
    case property::authentication_method: to.authentication_method = value.text(); break;
    case property::authentication_data: to.authentication_data = value.value; break;
    default: join(to.user_properties, value.encoded, from);
  }
}

/// Data for an authentication that is not named.
template <class Packet>
void check_authentication(source& from, const Packet& told) noexcept {
  if (told.authentication_data && !told.authentication_method)
    from.fail(reason::protocol_error, "authentication data without a method");
}

void read_will(source& from, connect_flags flags, will& to) {
  to.qos = static_cast<qos>(flags.will_qos());
  to.retain = flags.will_retain();
  if (from.v5()) {
    property_block block{from, place_will};
    property_value value;
    while (block.next(value))
      if (!take_message_property(from, value, to.properties)) to.delay = value.number;
  }
  to.topic = from.in.text();  // [MQTT-3.1.3-11]
  if (!is_topic_name(to.topic)) from.fail(reason::topic_name_invalid, "the will's topic name is none");
  to.payload = from.in.binary();
}

/// MQTT 3.1: a user name or password whose flag is set may be missing at the end of the packet.
bool may_be_missing(const source& from) noexcept { return from.speaks == version::v3_1 && from.in.empty(); }

/// The payload's fields, in this order and as the flags say [MQTT-3.1.3-1].
void read_payload(source& from, connect_flags flags, connect& to) {
  to.client_id = from.in.text();                                // [MQTT-3.1.3-3] [MQTT-3.1.3-4]
  if (flags.will()) read_will(from, flags, to.will.emplace());  // [MQTT-3.1.2-9]
  if (flags.user_name() && !may_be_missing(from))
    to.user_name = from.in.text();  // [MQTT-3.1.2-16] [MQTT-3.1.2-17] [MQTT-3.1.3-12]
  if (flags.password() && !may_be_missing(from)) to.password = from.in.binary();  // [MQTT-3.1.2-18] [MQTT-3.1.2-19]
}

void take_property(source& from, const property_value& value, connack& to) {
  switch (value.id) {
    case property::session_expiry_interval: to.session_expiry = value.number; break;
    case property::receive_maximum: to.receive_maximum = static_cast<std::uint16_t>(value.number); break;
    case property::maximum_qos: to.maximum_qos = static_cast<std::uint8_t>(value.number); break;
    case property::retain_available: to.retain_available = value.number == 1; break;
    case property::maximum_packet_size: to.maximum_packet_size = value.number; break;
    case property::assigned_client_identifier: to.assigned_client_id = value.text(); break;
    case property::topic_alias_maximum: to.topic_alias_maximum = static_cast<std::uint16_t>(value.number); break;
    case property::reason_string: to.reason_string = value.text(); break;
    case property::wildcard_subscription_available: to.wildcard_available = value.number == 1; break;
    case property::subscription_identifier_available: to.subscription_identifiers_available = value.number == 1; break;
    case property::shared_subscription_available: to.shared_available = value.number == 1; break;
    case property::server_keep_alive: to.server_keep_alive = static_cast<std::uint16_t>(value.number); break;
    case property::response_information: to.response_information = value.text(); break;
    case property::server_reference: to.server_reference = value.text(); break;
    case property::authentication_method: to.authentication_method = value.text(); break;
    case property::authentication_data: to.authentication_data = value.value; break;
    default: join(to.user_properties, value.encoded, from);
  }
}

reason reason_of_return_code(source& from) noexcept {
  constexpr reason reasons[] = {reason::success,
                                reason::unsupported_protocol_version,
                                reason::client_identifier_not_valid,
                                reason::server_unavailable,
                                reason::bad_user_name_or_password,
                                reason::not_authorized};
  const auto code = from.in.byte();
  if (code < std::size(reasons)) return reasons[code];
  from.fail(reason::protocol_error, "an unknown return code");
  return reason::unspecified_error;
}

void take_property(source& from, const property_value& value, disconnect& to) {
  switch (value.id) {
    case property::session_expiry_interval: to.session_expiry = value.number; break;
    case property::reason_string: to.reason_string = value.text(); break;
    case property::server_reference: to.server_reference = value.text(); break;
    default: join(to.user_properties, value.encoded, from);
  }
}

void take_property(source& from, const property_value& value, auth& to) {
  switch (value.id) {
    case property::authentication_method: to.authentication_method = value.text(); break;
    case property::authentication_data: to.authentication_data = value.value; break;
    case property::reason_string: to.reason_string = value.text(); break;
    default: join(to.user_properties, value.encoded, from);
  }
}

template <class Packet>
void read_properties(source& from, Packet& to) {
  property_block block{from};
  property_value value;
  while (block.next(value)) take_property(from, value, to);
}

}  // namespace

void read(source& from, connect& to) {  // [MQTT-3.1.4-1]
  read_version(from, to);
  const connect_flags flags{from.in.byte()};
  check_flags(from, flags);
  to.clean_start = flags.clean_start();
  to.keep_alive = from.in.two();
  if (from.v5()) read_properties(from, to);
  check_authentication(from, to);
  if (from.in.ok()) read_payload(from, flags, to);
}

void read(source& from, connack& to) {
  const unsigned flags = from.in.byte();
  const bool v3_1 = from.speaks == version::v3_1;
  if (flags > 1 && !v3_1) from.fail(reason::malformed_packet, "reserved acknowledge flags are set");  // [MQTT-3.2.2-1]
  to.session_present = flags == 1 && !v3_1;
  to.reason = from.v5() ? from.reason_code() : reason_of_return_code(from);
  if (to.session_present && to.reason != reason::success)
    from.fail(reason::protocol_error, "a session is present though CONNECT is refused");  // [MQTT-3.2.2-6]
  if (from.v5()) read_properties(from, to);
  check_authentication(from, to);
}

void read(source& from, disconnect& to) {
  if (from.in.empty() || !from.v5()) return;
  to.reason = from.reason_code();
  if (!from.in.empty()) read_properties(from, to);
}

void read(source& from, auth& to) {
  if (from.in.empty()) return;  // success without properties, says 3.15.2.1
  to.reason = from.reason_code();
  read_properties(from, to);
  if (!to.authentication_method) from.fail(reason::protocol_error, "no authentication method");
}

}  // namespace troupe::mqtt
