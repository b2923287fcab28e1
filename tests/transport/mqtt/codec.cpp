#define CAF_SUITE transport_mqtt_codec

#include <caf/test/unit_test.hpp>

#include <set>

#include "tests/data/packets.hpp"
#include "tests/transport/mqtt/describe.hpp"
#include "tests/transport/mqtt/round_trip.hpp"
#include "transport/mqtt/properties.hpp"

using namespace troupe;
using namespace troupe::mqtt;
using namespace troupe::mqtt::data;

namespace {

std::string label(std::string_view name, version speaks) {
  return std::string{name} + " (version " + std::to_string(static_cast<int>(speaks)) + ")";
}

}  // namespace

CAF_TEST(structs_are_encoded_as_the_table_says) {
  for (const auto& row : packets()) {
    if (row.ways == way::decode) continue;
    for (const auto speaks : row.versions) {
      CAF_MESSAGE(label(row.name, speaks));
      std::vector<std::byte> out;
      encode(row.value, speaks, out);
      CAF_CHECK_EQUAL(hex(out), hex(parse_bytes(row.bytes)));
      CAF_CHECK_EQUAL(encoded_size(row.value, speaks), out.size());
    }
  }
}

CAF_TEST(bytes_are_decoded_as_the_table_says) {
  std::vector<std::byte> scratch;
  for (const auto& row : packets()) {
    if (row.ways == way::encode) continue;
    const auto wire = parse_bytes(row.bytes);
    for (const auto speaks : row.versions) {
      CAF_MESSAGE(label(row.name, speaks));
      CAF_CHECK_EQUAL(describe(decode(wire, speaks, scratch)), describe(row.value));
    }
  }
}

CAF_TEST(a_leading_byte_order_mark_is_a_character_like_others) {
  // [MQTT-1.5.4-3]
  const auto wire = parse_bytes("30 06 0004 EFBBBF 'a'");
  std::vector<std::byte> scratch;
  CAF_CHECK_EQUAL(describe(decode(wire, version::v3_1_1, scratch)), describe(publish{.topic = "\xEF\xBB\xBF\x61"}));
}

CAF_TEST(the_fields_of_connect_come_in_their_order) {
  // [MQTT-3.1.3-1]
  const auto wire = parse_bytes("10 1B 0004 'MQTT' 05 C6 0000 00 0001 'i' 00 0001 't' 0001 'p' 0001 'u' 0001 'w'");
  std::vector<std::byte> scratch;
  const auto result = decode(wire, version::v5, scratch);
  const auto* decoded = std::get_if<packet>(&result);
  CAF_REQUIRE(decoded);
  const auto& opened = std::get<connect>(*decoded);
  CAF_CHECK_EQUAL(opened.client_id, "i");
  CAF_CHECK_EQUAL(opened.will->topic, "t");
  CAF_CHECK_EQUAL(hex(opened.will->payload), hex(parse_bytes("'p'")));
  CAF_CHECK_EQUAL(*opened.user_name, "u");
  CAF_CHECK_EQUAL(hex(*opened.password), hex(parse_bytes("'w'")));
}

CAF_TEST(strings_have_65535_bytes_at_most) {
  // [MQTT-4.7.3-3]
  const std::string topic(65'535, 't');
  std::vector<std::byte> wire, scratch;
  encode(publish{.topic = topic}, version::v3_1_1, wire);
  CAF_CHECK_EQUAL(hex(bytes_view{wire}.first(6)), hex(parse_bytes("30 818004 FFFF")));
  CAF_CHECK_EQUAL(describe(decode(wire, version::v3_1_1, scratch)), describe(publish{.topic = topic}));
}

CAF_TEST(encoding_appends) {
  auto out = parse_bytes("0102");
  encode(pingreq{}, version::v5, out);
  CAF_CHECK_EQUAL(hex(out), "0102C000");
}

CAF_TEST(every_strict_prefix_of_a_packet_is_an_incomplete_frame) {
  for (const auto& row : packets()) {
    const auto wire = parse_bytes(row.bytes);
    for (std::size_t size = 0; size < wire.size(); ++size) {
      const auto found = next_frame(bytes_view{wire}.first(size), 2'097'152);
      if (found.state != frame::state::incomplete || found.size <= size || found.size > wire.size())
        CAF_ERROR(row.name << ", its first " << size << " bytes");
    }
    CAF_CHECK_EQUAL(wire.empty() || next_frame(wire, 2'097'152).size == wire.size(), true);
  }
}

CAF_TEST(a_packet_cut_short_is_malformed) {
  std::vector<std::byte> scratch;
  for (const auto& row : packets()) {
    const auto wire = parse_bytes(row.bytes);
    for (std::size_t size = 0; size < wire.size(); ++size) {
      // In memory of its own size, so that a sanitizer sees a read past the end.
      const std::vector<std::byte> cut{wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(size)};
      const auto result = decode(cut, row.versions.front(), scratch);
      const auto* error = std::get_if<decode_error>(&result);
      if (!error || error->reason != reason::malformed_packet)
        CAF_ERROR(row.name << ", its first " << size << " bytes: " << describe(result));
      else
        CAF_CHECK(true);
    }
  }
}

CAF_TEST(malformed_packets_are_refused_with_the_reason_of_the_table) {
  std::vector<std::byte> scratch;
  for (const auto& row : malformed_packets()) {
    const auto wire = parse_bytes(row.bytes);
    for (const auto speaks : row.versions) {
      const auto result = decode(wire, speaks, scratch);
      const auto* error = std::get_if<decode_error>(&result);
      if (!error)
        CAF_ERROR(label(row.name, speaks) << " " << row.clause << " became " << describe(result));
      else if (error->reason != row.why || error->text.empty())
        CAF_ERROR(label(row.name, speaks) << " " << row.clause << " gave " << describe(*error));
      else
        CAF_CHECK(true);
    }
  }
}

CAF_TEST(an_error_says_in_which_version_the_peer_can_be_told) {
  std::vector<std::byte> scratch;
  const auto told_in = [&](std::string_view written, version speaks) {
    const auto wire = parse_bytes(written);
    return std::get<decode_error>(decode(wire, speaks, scratch)).version;
  };
  const auto v3 = version::v3_1_1;
  CAF_CHECK(told_in("40 02 0000", version::v5) == version::v5);
  CAF_CHECK(told_in("10 0D 0004 'MQTT' 05 03 0000 00 0000", v3) == version::v5);  // bad flags in MQTT 5
  CAF_CHECK(told_in("10 0C 0004 'MQTT' 04 03 0000 0000", version::v5) == v3);
  CAF_CHECK(told_in("10 0C 0004 'MQTT' 06 02 0000 0000", v3) == version::v5);  // a level to come [MQTT-3.1.2-2]
  CAF_CHECK(told_in("10 0C 0004 'MQTT' 84 02 0000 0000", version::v5) == v3);  // a bridge [MQTT3-3.1.2-2]
  CAF_CHECK(told_in("10 0E 0006 'MQIsdp' 02 02 0000 0000", version::v5) == v3);
}

CAF_TEST(reason_codes_are_those_of_the_standard) {
  const auto count = [](packet_type type) {
    int allowed = 0;
    for (int code = 0; code < 256; ++code) allowed += valid_reason(type, static_cast<std::uint8_t>(code));
    return allowed;
  };
  // [MQTT-3.2.2-8] [MQTT-3.4.2-1] [MQTT-3.5.2-1] [MQTT-3.6.2-1] [MQTT-3.7.2-1] [MQTT-3.9.3-2] [MQTT-3.11.3-2]
  // [MQTT-3.14.2-1] [MQTT-3.15.2-1]
  CAF_CHECK_EQUAL(count(packet_type::connack), 22);
  CAF_CHECK_EQUAL(count(packet_type::puback), 9);
  CAF_CHECK_EQUAL(count(packet_type::pubrec), 9);
  CAF_CHECK_EQUAL(count(packet_type::pubrel), 2);
  CAF_CHECK_EQUAL(count(packet_type::pubcomp), 2);
  CAF_CHECK_EQUAL(count(packet_type::suback), 12);
  CAF_CHECK_EQUAL(count(packet_type::unsuback), 7);
  CAF_CHECK_EQUAL(count(packet_type::disconnect), 30);
  CAF_CHECK_EQUAL(count(packet_type::auth), 3);
  CAF_CHECK_EQUAL(count(packet_type::publish), 0);
}

CAF_TEST(the_table_has_every_type_in_every_version) {
  std::set<std::pair<int, int>> seen;
  for (const auto& row : packets()) {
    if (row.bytes.empty()) continue;
    const auto type = std::to_integer<int>(parse_bytes(row.bytes)[0]) >> 4;
    for (const auto speaks : row.versions) seen.emplace(type, static_cast<int>(speaks));
  }
  CAF_CHECK_EQUAL(seen.size(), 14u + 14u + 15u);
}
