#include <array>
#include <initializer_list>

#include "transport/mqtt/codec.hpp"
#include "transport/mqtt/property_rules.hpp"

namespace troupe::mqtt {
namespace {

using reasons = std::array<place, 256>;

constexpr void allow(reasons& table, packet_type type, std::initializer_list<std::uint8_t> codes) {
  for (const auto code : codes) table[code] = static_cast<place>(table[code] | place_of(type));
}

/// MQTT 5, table 2-6, and the tables of the packets' own sections.
constexpr reasons reason_table = [] {
  using enum packet_type;
  reasons table{};
  allow(table, connack, {0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89,
                         0x8A, 0x8C, 0x90, 0x95, 0x97, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F});
  for (const auto type : {puback, pubrec}) allow(table, type, {0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99});
  for (const auto type : {pubrel, pubcomp}) allow(table, type, {0x00, 0x92});
  allow(table, suback, {0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2});
  allow(table, unsuback, {0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91});
  allow(table, disconnect, {0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8C, 0x8D, 0x8E, 0x8F, 0x90, 0x93,
                            0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2});
  allow(table, auth, {0x00, 0x18, 0x19});
  return table;
}();

}  // namespace

bool valid_reason(packet_type type, std::uint8_t code) noexcept { return (reason_table[code] & place_of(type)) != 0; }

std::optional<std::uint8_t> return_code(reason why) noexcept {
  switch (why) {
    case reason::success: return 0;
    case reason::unsupported_protocol_version: return 1;  // [MQTT3-3.1.2-2]
    case reason::client_identifier_not_valid: return 2;   // [MQTT3-3.1.3-8] [MQTT3-3.1.3-9]
    case reason::server_unavailable:
    case reason::server_busy:
    case reason::use_another_server:
    case reason::server_moved:
    case reason::quota_exceeded:
    case reason::connection_rate_exceeded: return 3;
    case reason::bad_user_name_or_password: return 4;
    case reason::bad_authentication_method:
    case reason::banned:
    case reason::not_authorized: return 5;
    default: return std::nullopt;  // [MQTT3-3.2.2-6]
  }
}

}  // namespace troupe::mqtt
