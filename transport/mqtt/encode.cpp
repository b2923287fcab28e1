#include <algorithm>
#include <cassert>
#include <initializer_list>
#include <type_traits>

#include "transport/mqtt/codec.hpp"
#include "transport/mqtt/writer.hpp"

namespace troupe::mqtt {
namespace {

constexpr std::uint8_t first_byte(packet_type type, unsigned flags = 0) noexcept {
  return static_cast<std::uint8_t>(static_cast<unsigned>(type) << 4 | flags);
}

constexpr std::uint32_t code(reason why) noexcept { return static_cast<std::uint32_t>(why); }

// The first byte of each packet, or nothing where the version has no such packet.
using first = std::optional<std::uint8_t>;

first head(const connect&, version) noexcept { return first_byte(packet_type::connect); }
first head(const connack& from, version speaks) noexcept {
  if (speaks != version::v5 && !return_code(from.reason)) return std::nullopt;  // [MQTT3-3.2.2-6]
  return first_byte(packet_type::connack);
}
first head(const publish& from, version) noexcept {
  const auto level = static_cast<unsigned>(from.qos);
  return first_byte(packet_type::publish, (from.duplicate ? 8u : 0u) | level << 1 | (from.retain ? 1u : 0u));
}
first head(const acknowledgement& from, version) noexcept {
  return first_byte(from.type, from.type == packet_type::pubrel ? 2 : 0);  // [MQTT-3.6.1-1]
}
first head(const subscribe&, version) noexcept { return first_byte(packet_type::subscribe, 2); }  // [MQTT-3.8.1-1]
first head(const subscription_acknowledgement& from, version) noexcept { return first_byte(from.type); }
first head(const unsubscribe&, version) noexcept { return first_byte(packet_type::unsubscribe, 2); }  // [MQTT-3.10.1-1]
first head(const pingreq&, version) noexcept { return first_byte(packet_type::pingreq); }
first head(const pingresp&, version) noexcept { return first_byte(packet_type::pingresp); }
first head(const disconnect& from, version speaks) noexcept {
  if (speaks != version::v5 && from.reason != reason::success) return std::nullopt;
  return first_byte(packet_type::disconnect);
}
first head(const auth&, version speaks) noexcept {
  return speaks == version::v5 ? first{first_byte(packet_type::auth)} : std::nullopt;
}

template <class Sink>
void put_text(Sink& to, property id, std::string_view value) noexcept {
  if (!value.empty()) to.text(id, value);
}

template <class Sink>
void put_authentication(Sink& to, const std::optional<std::string_view>& method,
                        const std::optional<bytes_view>& data) noexcept {
  if (method) to.text(property::authentication_method, *method);
  if (data) to.binary(property::authentication_data, *data);
}

// The properties of each packet, those left out that say what their absence says.

template <class Sink>
void properties(Sink& to, const connect& from) noexcept {
  if (from.session_expiry != 0) to.four(property::session_expiry_interval, from.session_expiry);
  if (from.receive_maximum != 65535) to.two(property::receive_maximum, from.receive_maximum);
  if (from.maximum_packet_size != 0) to.four(property::maximum_packet_size, from.maximum_packet_size);
  if (from.topic_alias_maximum != 0) to.two(property::topic_alias_maximum, from.topic_alias_maximum);
  if (from.request_response_information) to.byte(property::request_response_information, 1);
  if (!from.request_problem_information) to.byte(property::request_problem_information, 0);
  put_authentication(to, from.authentication_method, from.authentication_data);
  to.raw(from.user_properties);
}

template <class Sink>
void properties(Sink& to, const will& from) noexcept {
  if (from.delay != 0) to.four(property::will_delay_interval, from.delay);
  if (from.properties.message_expiry) to.four(property::message_expiry_interval, *from.properties.message_expiry);
  to.raw(from.properties.forwarded);
}

template <class Sink>
void limits(Sink& to, const connack& from) noexcept {
  if (from.session_expiry) to.four(property::session_expiry_interval, *from.session_expiry);
  if (from.receive_maximum != 65535) to.two(property::receive_maximum, from.receive_maximum);
  if (from.maximum_qos < 2) to.byte(property::maximum_qos, from.maximum_qos);  // [MQTT-3.2.2-9]
  if (!from.retain_available) to.byte(property::retain_available, 0);
  if (from.maximum_packet_size != 0) to.four(property::maximum_packet_size, from.maximum_packet_size);
  if (from.topic_alias_maximum != 0) to.two(property::topic_alias_maximum, from.topic_alias_maximum);
  if (!from.wildcard_available) to.byte(property::wildcard_subscription_available, 0);
  if (!from.subscription_identifiers_available) to.byte(property::subscription_identifier_available, 0);
  if (!from.shared_available) to.byte(property::shared_subscription_available, 0);
  if (from.server_keep_alive) to.two(property::server_keep_alive, *from.server_keep_alive);
}

template <class Sink>
void properties(Sink& to, const connack& from) noexcept {
  limits(to, from);
  put_text(to, property::assigned_client_identifier, from.assigned_client_id);
  put_text(to, property::reason_string, from.reason_string);
  put_text(to, property::response_information, from.response_information);
  put_text(to, property::server_reference, from.server_reference);
  put_authentication(to, from.authentication_method, from.authentication_data);
  to.raw(from.user_properties);
}

template <class Sink>
void properties(Sink& to, const publish& from) noexcept {
  const auto& told = from.properties;
  if (told.message_expiry) to.four(property::message_expiry_interval, *told.message_expiry);
  if (told.topic_alias != 0) to.two(property::topic_alias, told.topic_alias);  // [MQTT-3.3.2-8]
  for (const auto identifier : told.subscription_identifiers)
    to.variable(property::subscription_identifier, identifier);
  to.raw(told.forwarded);
}

template <class Sink>
void properties(Sink& to, const subscribe& from) noexcept {
  if (from.identifier != 0) to.variable(property::subscription_identifier, from.identifier);
  to.raw(from.user_properties);
}

template <class Sink>
void properties(Sink& to, const unsubscribe& from) noexcept {
  to.raw(from.user_properties);
}

template <class Sink>
void properties(Sink& to, const disconnect& from) noexcept {
  if (from.session_expiry) to.four(property::session_expiry_interval, *from.session_expiry);
  put_text(to, property::reason_string, from.reason_string);
  put_text(to, property::server_reference, from.server_reference);
  to.raw(from.user_properties);
}

template <class Sink>
void properties(Sink& to, const auth& from) noexcept {
  put_authentication(to, from.authentication_method, from.authentication_data);
  put_text(to, property::reason_string, from.reason_string);
  to.raw(from.user_properties);
}

/// Acknowledgements of all kinds have a reason string and user properties only.
template <class Sink, class Packet>
void properties(Sink& to, const Packet& from) noexcept {
  put_text(to, property::reason_string, from.reason_string);
  to.raw(from.user_properties);
}

template <class Sink, class Packet>
void write_properties_of(Sink& to, const Packet& from) noexcept {
  write_properties(to, [&](auto& sink) { properties(sink, from); });
}

template <class Packet>
bool has_properties(const Packet& from) noexcept {
  counter size;
  properties(size, from);
  return size.size() != 0;
}

// What follows the fixed header.

unsigned connect_flags(const connect& from) noexcept {
  unsigned flags = from.clean_start ? 0x02 : 0;
  if (from.will) flags |= 0x04u | static_cast<unsigned>(from.will->qos) << 3 | (from.will->retain ? 0x20u : 0u);
  if (from.password) flags |= 0x40;
  if (from.user_name) flags |= 0x80;
  return flags;
}

template <class Sink>
void body(Sink& to, const connect& from, version) noexcept {
  const bool v5 = from.version == version::v5;
  to.text(from.version == version::v3_1 ? "MQIsdp" : "MQTT");  // [MQTT-3.1.2-1]
  to.byte(static_cast<std::uint32_t>(from.version));
  to.byte(connect_flags(from));
  to.two(from.keep_alive);
  if (v5) write_properties_of(to, from);
  to.text(from.client_id);
  if (from.will) {
    if (v5) write_properties_of(to, *from.will);
    to.text(from.will->topic);
    to.binary(from.will->payload);
  }
  if (from.user_name) to.text(*from.user_name);
  if (from.password) to.binary(*from.password);
}

template <class Sink>
void body(Sink& to, const connack& from, version speaks) noexcept {
  const bool v5 = speaks == version::v5;
  const bool present = from.session_present && from.reason == reason::success;  // [MQTT-3.2.2-6]
  to.byte(present && speaks != version::v3_1 ? 1 : 0);                          // [MQTT-3.2.2-1]
  to.byte(v5 ? code(from.reason) : return_code(from.reason).value_or(0));
  if (v5) write_properties_of(to, from);
}

template <class Sink>
void body(Sink& to, const publish& from, version speaks) noexcept {
  to.text(from.topic);
  if (from.qos != qos::at_most_once) to.two(from.packet_id);  // [MQTT-2.2.1-2]
  if (speaks == version::v5) write_properties_of(to, from);
  to.raw(from.payload);
}

/// Reason and properties are left out from the end while they say nothing (MQTT 5, 3.4.2.1).
template <class Sink>
void body(Sink& to, const acknowledgement& from, version speaks) noexcept {
  to.two(from.packet_id);
  if (speaks != version::v5) return;
  const bool more = has_properties(from);
  if (from.reason != reason::success || more) to.byte(code(from.reason));
  if (more) write_properties_of(to, from);
}

template <class Sink>
void body(Sink& to, const subscribe& from, version speaks) noexcept {
  const bool v5 = speaks == version::v5;
  to.two(from.packet_id);
  if (v5) write_properties_of(to, from);
  for (const auto& [filter, options] : from.entries) {
    to.text(filter);
    auto bits = static_cast<std::uint32_t>(options.maximum_qos);
    if (v5)
      bits |= (options.no_local ? 4u : 0u) | (options.retain_as_published ? 8u : 0u) |
              static_cast<std::uint32_t>(options.retain_handling) << 4;
    to.byte(bits);
  }
}

template <class Sink>
void body(Sink& to, const subscription_acknowledgement& from, version speaks) noexcept {
  const bool v5 = speaks == version::v5;
  to.two(from.packet_id);
  if (v5) write_properties_of(to, from);
  if (!v5 && from.type == packet_type::unsuback) return;
  for (const auto why : from.reasons) to.byte(v5 || code(why) < 0x80 ? code(why) : 0x80);
}

template <class Sink>
void body(Sink& to, const unsubscribe& from, version speaks) noexcept {
  to.two(from.packet_id);
  if (speaks == version::v5) write_properties_of(to, from);
  for (const auto filter : from.filters) to.text(filter);
}

template <class Sink>
void body(Sink&, const pingreq&, version) noexcept {}

template <class Sink>
void body(Sink&, const pingresp&, version) noexcept {}

template <class Sink>
void body(Sink& to, const disconnect& from, version speaks) noexcept {
  if (speaks != version::v5) return;
  const bool more = has_properties(from);
  if (from.reason != reason::success || more) to.byte(code(from.reason));
  if (more) write_properties_of(to, from);
}

template <class Sink>
void body(Sink& to, const auth& from, version) noexcept {
  if (from.reason == reason::success && !has_properties(from)) return;
  to.byte(code(from.reason));
  write_properties_of(to, from);
}

template <class Packet>
std::size_t body_size(const Packet& from, version speaks) noexcept {
  counter size;
  body(size, from, speaks);
  return size.size();
}

void append(std::vector<std::byte>& out, std::initializer_list<std::uint32_t> bytes) {
  writer to{out, bytes.size()};
  for (const auto each : bytes) to.byte(each);
}

}  // namespace

void encode(const packet& value, version speaks, std::vector<std::byte>& out) {
  std::visit(
    [&](const auto& from) {
      const auto type = head(from, speaks);
      if (!type) return;
      const auto size = body_size(from, speaks);
      assert(size <= remaining_length_max);
      writer to{out, 1 + variable_size(size) + size};
      to.byte(*type);
      to.variable(size);
      body(to, from, speaks);
    },
    value);
}

std::size_t encoded_size(const packet& value, version speaks) noexcept {
  return std::visit(
    [&](const auto& from) -> std::size_t {
      if (!head(from, speaks)) return 0;
      const auto size = body_size(from, speaks);
      return 1 + variable_size(size) + size;
    },
    value);
}

bool shrink_to(packet& value, version speaks, std::uint32_t packet_bytes_max) noexcept {
  const auto fits = [&] { return packet_bytes_max == 0 || encoded_size(value, speaks) <= packet_bytes_max; };
  std::visit(
    [&](auto& from) {
      if constexpr (requires { from.reason_string; }) {
        // [MQTT-3.2.2-20] [MQTT-3.4.2-3] [MQTT-3.5.2-3] [MQTT-3.6.2-3] [MQTT-3.7.2-3] [MQTT-3.9.2-2] [MQTT-3.11.2-2]
        // [MQTT-3.14.2-4] [MQTT-3.15.2-3]
        if (!fits()) from.user_properties = {};
        // [MQTT-3.2.2-19] [MQTT-3.4.2-2] [MQTT-3.5.2-2] [MQTT-3.6.2-2] [MQTT-3.7.2-2] [MQTT-3.9.2-1] [MQTT-3.11.2-1]
        // [MQTT-3.14.2-3] [MQTT-3.15.2-2]
        if (!fits()) from.reason_string = {};
      }
    },
    value);
  return fits();
}

void encode_acknowledgement(packet_type type, std::uint16_t packet_id, reason why, version speaks,
                            std::vector<std::byte>& out) {
  const std::uint32_t first = first_byte(type, type == packet_type::pubrel ? 2 : 0);  // [MQTT-3.6.1-1]
  const std::uint32_t high = packet_id >> 8;
  if (why == reason::success || speaks != version::v5)
    append(out, {first, 2, high, packet_id});
  else
    append(out, {first, 3, high, packet_id, code(why)});
}

void encode_pingreq(std::vector<std::byte>& out) { append(out, {first_byte(packet_type::pingreq), 0}); }

void encode_pingresp(std::vector<std::byte>& out) { append(out, {first_byte(packet_type::pingresp), 0}); }

}  // namespace troupe::mqtt
