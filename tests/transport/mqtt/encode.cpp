#define CAF_SUITE transport_mqtt_encode

#include <caf/test/unit_test.hpp>

#include "tests/data/packets.hpp"
#include "tests/transport/mqtt/describe.hpp"
#include "transport/mqtt/codec.hpp"

using namespace troupe::mqtt;
using troupe::mqtt::data::bytes;
using troupe::mqtt::data::describe;
using troupe::mqtt::data::hex;

CAF_TEST(the_short_ways_write_what_the_long_way_writes) {
  const version versions[] = {version::v3_1, version::v3_1_1, version::v5};
  const packet_type types[] = {packet_type::puback, packet_type::pubrec, packet_type::pubrel, packet_type::pubcomp};
  for (const auto speaks : versions) {
    for (const auto type : types) {
      for (const auto why : {reason::success, reason::packet_identifier_not_found}) {
        std::vector<std::byte> brief, full;
        encode_acknowledgement(type, 0xABCD, why, speaks, brief);
        encode(acknowledgement{.type = type, .packet_id = 0xABCD, .reason = why}, speaks, full);
        CAF_CHECK_EQUAL(hex(brief), hex(full));
      }
    }
  }
  std::vector<std::byte> brief, full;
  encode_pingreq(brief);
  encode_pingresp(brief);
  encode(pingreq{}, version::v5, full);
  encode(pingresp{}, version::v5, full);
  CAF_CHECK_EQUAL(hex(brief), hex(full));
}

namespace {

/// Shrinks `value` to a limit that is `less` below its size, and says what is left.
template <class Packet>
std::string shrunk(Packet value, std::size_t less, bool fits) {
  packet boxed{value};
  const auto limit = encoded_size(boxed, version::v5) - less;
  CAF_CHECK_EQUAL(shrink_to(boxed, version::v5, static_cast<std::uint32_t>(limit)), fits);
  return describe(boxed);
}

/// One packet with all that may be dropped: user properties go first, then the reason string, and no more.
template <class Packet>
void check_shrinking(Packet value) {
  value.reason_string = "why";
  value.user_properties = bytes("26 0001 'k' 0001 'v'");
  auto plain = value;
  plain.user_properties = {};
  auto bare = plain;
  bare.reason_string = {};
  CAF_CHECK_EQUAL(shrunk(value, 0, true), describe(value));
  CAF_CHECK_EQUAL(shrunk(value, 1, true), describe(plain));
  CAF_CHECK_EQUAL(shrunk(value, 7, true), describe(plain));
  CAF_CHECK_EQUAL(shrunk(value, 8, true), describe(bare));
  CAF_CHECK_EQUAL(shrunk(value, 13, true), describe(bare));
  CAF_CHECK_EQUAL(shrunk(value, 16, false), describe(bare));
}

}  // namespace

CAF_TEST(what_only_explains_is_dropped_when_a_packet_would_be_too_large_for_its_receiver) {
  // [MQTT-3.2.2-19] [MQTT-3.2.2-20]
  check_shrinking(connack{.reason = reason::not_authorized});
  // [MQTT-3.4.2-2] [MQTT-3.4.2-3] [MQTT-3.5.2-2] [MQTT-3.5.2-3] [MQTT-3.6.2-2] [MQTT-3.6.2-3] [MQTT-3.7.2-2]
  // [MQTT-3.7.2-3]
  for (const auto type : {packet_type::puback, packet_type::pubrec, packet_type::pubrel, packet_type::pubcomp})
    check_shrinking(acknowledgement{.type = type, .packet_id = 1});
  // [MQTT-3.9.2-1] [MQTT-3.9.2-2] [MQTT-3.11.2-1] [MQTT-3.11.2-2]
  for (const auto type : {packet_type::suback, packet_type::unsuback})
    check_shrinking(subscription_acknowledgement{.type = type, .packet_id = 1, .reasons = {reason::success}});
  // [MQTT-3.14.2-3] [MQTT-3.14.2-4]
  check_shrinking(disconnect{.reason = reason::server_shutting_down});
  // [MQTT-3.15.2-2] [MQTT-3.15.2-3]
  check_shrinking(auth{.reason = reason::continue_authentication, .authentication_method = "m"});
}

CAF_TEST(without_a_limit_nothing_is_dropped) {
  packet value{disconnect{.reason = reason::server_busy, .reason_string = "why"}};
  CAF_CHECK(shrink_to(value, version::v5, 0));
  CAF_CHECK_EQUAL(std::get<disconnect>(value).reason_string, "why");
}

CAF_TEST(user_properties_of_a_request_are_never_dropped) {
  packet value{unsubscribe{.packet_id = 1, .filters = {"a"}, .user_properties = bytes("26 0001 'k' 0001 'v'")}};
  CAF_CHECK(!shrink_to(value, version::v5, 5));
  CAF_CHECK_EQUAL(std::get<unsubscribe>(value).user_properties.size(), 7u);
}

CAF_TEST(a_server_below_qos_2_says_so_in_connack) {
  // [MQTT-3.2.2-9]
  const std::pair<int, std::string_view> rows[] = {
    {0, "20 05 00 00 02 24 00"}, {1, "20 05 00 00 02 24 01"}, {2, "20 03 00 00 00"}};
  for (const auto& [highest, written] : rows) {
    std::vector<std::byte> out;
    encode(connack{.maximum_qos = static_cast<std::uint8_t>(highest)}, version::v5, out);
    CAF_CHECK_EQUAL(hex(out), hex(bytes(written)));
  }
}

CAF_TEST(a_refusal_has_a_return_code_in_mqtt_3_or_no_connack) {
  CAF_CHECK(return_code(reason::unsupported_protocol_version) == 1);  // [MQTT3-3.1.2-2]
  CAF_CHECK(return_code(reason::client_identifier_not_valid) == 2);   // [MQTT3-3.1.3-8] [MQTT3-3.1.3-9]
  for (const auto why : {reason::malformed_packet, reason::protocol_error, reason::packet_too_large}) {
    CAF_CHECK(!return_code(why));
    std::vector<std::byte> out;
    encode(connack{.reason = why}, version::v3_1_1, out);  // [MQTT3-3.2.2-6]
    CAF_CHECK(out.empty());
  }
}
