#define CAF_SUITE transport_mqtt_properties

#include <caf/test/unit_test.hpp>

#include "tests/data/packets.hpp"
#include "tests/transport/mqtt/describe.hpp"
#include "transport/mqtt/codec.hpp"
#include "transport/mqtt/properties.hpp"

using namespace troupe::mqtt;
using troupe::mqtt::data::bytes;
using troupe::mqtt::data::hex;
using troupe::mqtt::data::parse_bytes;

CAF_TEST(runs_are_built_and_read) {
  std::vector<std::byte> run;
  append_payload_format(true, run);
  append_text(property::content_type, "text/plain", run);
  append_correlation_data(bytes("CAFE"), run);
  append_user_property({"k", "v"}, run);
  append_user_property({"", ""}, run);
  CAF_CHECK_EQUAL(hex(run),
                  hex(parse_bytes("01 01 03 000A 'text/plain' 09 0002 CAFE 26 0001 'k' 0001 'v' 26 0000 0000")));

  bytes_view rest{run};
  const auto format = next_property(rest);
  CAF_CHECK_EQUAL(format->number, 1u);
  CAF_CHECK_EQUAL(next_property(rest)->text(), "text/plain");
  CAF_CHECK_EQUAL(hex(next_property(rest)->value), "CAFE");
  const auto user = next_property(rest);
  CAF_CHECK(user->id == property::user_property);
  CAF_CHECK_EQUAL(user->name, "k");
  CAF_CHECK_EQUAL(user->text(), "v");
  CAF_CHECK_EQUAL(hex(user->encoded), hex(parse_bytes("26 0001 'k' 0001 'v'")));
  CAF_CHECK(next_property(rest)->name.empty());
  CAF_CHECK(rest.empty());
  CAF_CHECK(!next_property(rest));
}

CAF_TEST(reading_stops_where_a_run_is_not_well_formed) {
  for (const auto written : {"00", "04 00", "FF", "26 0001 'k'", "03 0001 FF", "0B 80"}) {
    const auto run = parse_bytes(written);
    bytes_view rest{run};
    CAF_CHECK(!next_property(rest));
    CAF_CHECK_EQUAL(rest.size(), run.size());
  }
}

CAF_TEST(the_order_of_user_properties_is_kept_around_what_is_not_forwarded) {
  // [MQTT-3.3.2-18] [MQTT-3.1.3-10]
  const auto wire =
    parse_bytes("30 1C 0001 'a' 18 26 0001 'z' 0001 '1' 02 00000009 26 0001 'a' 0001 '2' 01 00 23 0001");
  std::vector<std::byte> scratch;
  const auto result = decode(wire, version::v5, scratch);
  const auto* decoded = std::get_if<packet>(&result);
  CAF_REQUIRE(decoded);
  const auto& properties = std::get<publish>(*decoded).properties;
  CAF_CHECK_EQUAL(hex(properties.forwarded), hex(parse_bytes("26 0001 'z' 0001 '1' 26 0001 'a' 0001 '2' 01 00")));
  CAF_CHECK_EQUAL(scratch.size(), properties.forwarded.size());
  CAF_CHECK(scratch.capacity() <= wire.size());
}

CAF_TEST(neighbouring_properties_stay_where_they_are) {
  const auto wire = parse_bytes("30 15 0001 'a' 11 02 00000009 01 01 26 0001 'a' 0001 '2' 23 0001");
  std::vector<std::byte> scratch;
  const auto result = decode(wire, version::v5, scratch);
  const auto* decoded = std::get_if<packet>(&result);
  CAF_REQUIRE(decoded);
  CAF_CHECK(std::get<publish>(*decoded).properties.forwarded.data() == wire.data() + 11);
  CAF_CHECK_EQUAL(scratch.capacity(), 0u);
}

namespace {

/// A packet of MQTT 5 around its properties. In the will, `before` holds an empty set of CONNECT's own.
struct frame_row {
  char name;
  unsigned first_byte;
  std::string_view before;
  std::string_view after;
};

constexpr frame_row frames[] = {
  {'C', 0x10, "0004 'MQTT' 05 02 0000", "0000"},
  {'W', 0x10, "0004 'MQTT' 05 06 0000 00 0000", "0001 'w' 0000"},
  {'K', 0x20, "00 00", ""},
  {'P', 0x30, "0001 'a'", ""},
  {'1', 0x40, "0001 00", ""},
  {'2', 0x50, "0001 00", ""},
  {'3', 0x62, "0001 00", ""},
  {'4', 0x70, "0001 00", ""},
  {'S', 0x82, "0001", "0001 'a' 00"},
  {'s', 0x90, "0001", "00"},
  {'U', 0xA2, "0001", "0001 'a'"},
  {'u', 0xB0, "0001", "00"},
  {'D', 0xE0, "00", ""},
  {'A', 0xF0, "18", ""},
};

/// MQTT 5, table 2-4: each property, and the names of the packets that may have it.
constexpr std::pair<std::string_view, std::string_view> property_rows[] = {
  {"01 01", "PW"},
  {"02 00000001", "PW"},
  {"03 0001 'x'", "PW"},
  {"08 0001 'x'", "PW"},
  {"09 0001 00", "PW"},
  {"0B 01", "PS"},
  {"11 00000001", "CKD"},
  {"12 0001 'x'", "K"},
  {"13 0001", "K"},
  {"15 0001 'x'", "CKA"},
  {"16 0001 00", "CKA"},
  {"17 01", "C"},
  {"18 00000001", "W"},
  {"19 01", "C"},
  {"1A 0001 'x'", "K"},
  {"1C 0001 'x'", "KD"},
  {"1F 0001 'x'", "K1234suDA"},
  {"21 0001", "CK"},
  {"22 0001", "CK"},
  {"23 0001", "P"},
  {"24 01", "K"},
  {"25 01", "K"},
  {"26 0001 'k' 0001 'v'", "CWKP1234SsUuDA"},
  {"27 00000001", "CK"},
  {"28 01", "K"},
  {"29 01", "K"},
  {"2A 01", "K"},
};

/// The packet with `property` so many times. Authentication data and AUTH need a method beside them.
std::vector<std::byte> packet_with(const frame_row& frame, std::string_view property, int times) {
  std::vector<std::byte> run;
  const bool needs_method = frame.name == 'A' || property.starts_with("16");
  if (needs_method && !property.starts_with("15")) run = parse_bytes("15 0001 'm'");
  const auto one = parse_bytes(property);
  for (int i = 0; i < times; ++i) run.insert(run.end(), one.begin(), one.end());
  auto body = parse_bytes(frame.before);
  body.push_back(static_cast<std::byte>(run.size()));
  body.insert(body.end(), run.begin(), run.end());
  const auto after = parse_bytes(frame.after);
  body.insert(body.end(), after.begin(), after.end());
  std::vector<std::byte> result{static_cast<std::byte>(frame.first_byte), static_cast<std::byte>(body.size())};
  result.insert(result.end(), body.begin(), body.end());
  return result;
}

/// The reason for which a packet is refused, success when it is not.
reason refusal(const std::vector<std::byte>& wire) {
  std::vector<std::byte> scratch;
  const auto result = decode(wire, version::v5, scratch);
  const auto* error = std::get_if<decode_error>(&result);
  return error ? error->reason : reason::success;
}

}  // namespace

CAF_TEST(each_property_stands_in_its_packets_only_and_once) {
  for (const auto& [written, names] : property_rows) {
    for (const auto& frame : frames) {
      const bool allowed = names.find(frame.name) != names.npos;
      const bool repeats = written.starts_with("26") || (written.starts_with("0B") && frame.name == 'P');
      const auto once = refusal(packet_with(frame, written, 1));
      const auto twice = refusal(packet_with(frame, written, 2));
      if (once != (allowed ? reason::success : reason::malformed_packet))
        CAF_ERROR(written << " in " << frame.name);
      else if (allowed && twice != (repeats ? reason::success : reason::protocol_error))
        CAF_ERROR(written << " twice in " << frame.name);
      else
        CAF_CHECK(true);
    }
  }
}

CAF_TEST(there_are_no_other_properties) {
  for (unsigned id = 0; id < 256; ++id) {
    bool known = false;
    for (const auto& [written, names] : property_rows)
      known |= std::to_integer<unsigned>(parse_bytes(written)[0]) == id;
    if (known) continue;
    auto wire = parse_bytes("E0 07 00 05 FF 00000000");
    wire[4] = static_cast<std::byte>(id);
    CAF_CHECK(refusal(wire) == reason::malformed_packet);
  }
}
