#include "transport/mqtt/properties.hpp"

#include "transport/mqtt/property_rules.hpp"
#include "transport/mqtt/reader.hpp"
#include "transport/mqtt/writer.hpp"

namespace troupe::mqtt {
namespace {

constexpr place places(std::initializer_list<packet_type> types, bool in_will = false) {
  place result = in_will ? place_will : place{0};
  for (const auto type : types) result = static_cast<place>(result | place_of(type));
  return result;
}

constexpr place anywhere =
  places({packet_type::connect, packet_type::connack, packet_type::publish, packet_type::puback, packet_type::pubrec,
          packet_type::pubrel, packet_type::pubcomp, packet_type::subscribe, packet_type::suback,
          packet_type::unsubscribe, packet_type::unsuback, packet_type::disconnect, packet_type::auth},
         true);
constexpr place answers =
  places({packet_type::connack, packet_type::puback, packet_type::pubrec, packet_type::pubrel, packet_type::pubcomp,
          packet_type::suback, packet_type::unsuback, packet_type::disconnect, packet_type::auth});
constexpr place message = places({packet_type::publish}, true);
constexpr place connect_connack = places({packet_type::connect, packet_type::connack});
constexpr place connack_only = places({packet_type::connack});

using kind = property_kind;

/// MQTT 5, table 2-4, and the ranges of the sections it names.
constexpr property_rule rules[] = {
  {property::payload_format_indicator, kind::byte, message, 0, 1},
  {property::message_expiry_interval, kind::four, message},
  {property::content_type, kind::text, message},    // [MQTT-3.3.2-19]
  {property::response_topic, kind::text, message},  // [MQTT-3.3.2-13]
  {property::correlation_data, kind::binary, message},
  {property::subscription_identifier, kind::variable, places({packet_type::publish, packet_type::subscribe}), 1},
  {property::session_expiry_interval, kind::four,
   places({packet_type::connect, packet_type::connack, packet_type::disconnect})},
  {property::assigned_client_identifier, kind::text, connack_only},
  {property::server_keep_alive, kind::two, connack_only},
  {property::authentication_method, kind::text,
   places({packet_type::connect, packet_type::connack, packet_type::auth})},
  {property::authentication_data, kind::binary,
   places({packet_type::connect, packet_type::connack, packet_type::auth})},
  {property::request_problem_information, kind::byte, places({packet_type::connect}), 0, 1},
  {property::will_delay_interval, kind::four, place_will},
  {property::request_response_information, kind::byte, places({packet_type::connect}), 0, 1},
  {property::response_information, kind::text, connack_only},
  {property::server_reference, kind::text, places({packet_type::connack, packet_type::disconnect})},
  {property::reason_string, kind::text, answers},
  {property::receive_maximum, kind::two, connect_connack, 1},
  {property::topic_alias_maximum, kind::two, connect_connack},
  {property::topic_alias, kind::two, places({packet_type::publish}), 1},
  {property::maximum_qos, kind::byte, connack_only, 0, 1},
  {property::retain_available, kind::byte, connack_only, 0, 1},
  {property::user_property, kind::pair, anywhere},
  {property::maximum_packet_size, kind::four, connect_connack, 1},
  {property::wildcard_subscription_available, kind::byte, connack_only, 0, 1},
  {property::subscription_identifier_available, kind::byte, connack_only, 0, 1},
  {property::shared_subscription_available, kind::byte, connack_only, 0, 1},
};

constexpr auto rule_table = [] {
  std::array<property_rule, 0x2B> table{};
  for (const auto& rule : rules) table[static_cast<std::size_t>(rule.id)] = rule;
  return table;
}();

void read_value(reader& from, property_kind as, property_value& to) noexcept {
  switch (as) {
    case kind::byte: to.number = from.byte(); break;
    case kind::two: to.number = from.two(); break;
    case kind::four: to.number = from.four(); break;
    case kind::variable: to.number = from.variable(); break;
    case kind::binary: to.value = from.binary(); break;
    case kind::text: to.value = as_bytes(from.text()); break;
    case kind::pair:
      to.name = from.text();             // [MQTT-1.5.7-1]
      to.value = as_bytes(from.text());  // [MQTT-1.5.7-1]
      break;
    case kind::none: from.fail(reason::malformed_packet, "an unknown property"); break;
  }
}

template <class Describe>
void append(std::vector<std::byte>& run, const Describe& each) {
  counter size;
  each(size);
  writer to{run, size.size()};
  each(to);
}

}  // namespace

const property_rule& rule_of(std::uint8_t identifier) noexcept {
  return identifier < rule_table.size() ? rule_table[identifier] : rule_table[0];
}

const property_rule& read_property(reader& from, property_value& to) noexcept {
  const auto* start = from.position();
  // Every identifier that exists fits one byte of its Variable Byte Integer.
  const auto& rule = rule_of(from.byte());
  to = {.id = rule.id};
  read_value(from, rule.kind, to);
  to.encoded = from.ok() ? bytes_view{start, from.position()} : bytes_view{};
  return rule;
}

std::optional<property_value> next_property(bytes_view& run) noexcept {
  if (run.empty()) return std::nullopt;
  reader from{run};
  property_value result;
  read_property(from, result);
  if (!from.ok()) return std::nullopt;
  run = from.rest();
  return result;
}

void append_payload_format(bool payload_is_text, std::vector<std::byte>& run) {
  append(run, [&](auto& to) { to.byte(property::payload_format_indicator, payload_is_text ? 1 : 0); });
}

void append_text(property id, std::string_view text, std::vector<std::byte>& run) {
  append(run, [&](auto& to) { to.text(id, text); });
}

void append_correlation_data(bytes_view data, std::vector<std::byte>& run) {
  append(run, [&](auto& to) { to.binary(property::correlation_data, data); });
}

void append_user_property(const user_property& added, std::vector<std::byte>& run) {
  append(run, [&](auto& to) {
    to.text(property::user_property, added.name);
    to.text(added.value);
  });
}

}  // namespace troupe::mqtt
