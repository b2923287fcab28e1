#define CAF_SUITE transport_mqtt_frame

#include <caf/test/unit_test.hpp>

#include "tests/data/packets.hpp"
#include "tests/transport/mqtt/describe.hpp"
#include "transport/mqtt/codec.hpp"
#include "transport/mqtt/frame.hpp"

using namespace troupe::mqtt;
using troupe::mqtt::data::hex;
using troupe::mqtt::data::parse_bytes;

namespace {

using state = enum frame::state;

constexpr std::uint32_t no_limit = 0xFFFF'FFFF;

frame look(std::string_view written, std::uint32_t limit = no_limit) { return next_frame(parse_bytes(written), limit); }

/// A PUBLISH of MQTT 3.1.1 on topic "t" whose Remaining Length is `remaining`.
std::vector<std::byte> packet_of(std::size_t remaining) {
  const std::vector<std::byte> payload(remaining - 3, std::byte{'x'});
  std::vector<std::byte> out;
  encode(publish{.topic = "t", .payload = payload}, version::v3_1_1, out);
  return out;
}

}  // namespace

CAF_TEST(lengths_are_read_and_written_at_their_boundaries) {
  const std::pair<std::size_t, std::string_view> rows[] = {
    {3, "03"},          {127, "7F"},           {128, "8001"},          {16'383, "FF7F"},
    {16'384, "808001"}, {2'097'151, "FFFF7F"}, {2'097'152, "80808001"}};
  std::vector<std::byte> scratch;
  for (const auto& [remaining, written] : rows) {
    const auto wire = packet_of(remaining);
    const auto header = 1 + written.size() / 2;
    CAF_CHECK_EQUAL(hex(bytes_view{wire}.subspan(1, header - 1)), written);  // [MQTT-1.5.5-1]
    CAF_CHECK_EQUAL(wire.size(), header + remaining);
    const auto found = next_frame(wire, no_limit);
    CAF_CHECK(found.state == state::complete);
    CAF_CHECK_EQUAL(found.size, wire.size());
    const auto decoded = decode(wire, version::v3_1_1, scratch);
    CAF_CHECK_EQUAL(std::get<publish>(std::get<packet>(decoded)).payload.size(), remaining - 3);
    for (std::size_t cut = 0; cut < header; ++cut)
      CAF_CHECK(next_frame(bytes_view{wire}.first(cut), no_limit).state == state::incomplete);
    CAF_CHECK(next_frame(bytes_view{wire}.first(wire.size() - 1), no_limit).state == state::incomplete);
    CAF_CHECK(next_frame(bytes_view{wire}.first(header), no_limit).size == wire.size());
  }
}

CAF_TEST(a_length_of_0_is_a_whole_packet) {
  CAF_CHECK(look("C000").state == state::complete);
  CAF_CHECK_EQUAL(look("C000").size, 2u);
}

CAF_TEST(what_follows_the_packet_does_not_matter) {
  CAF_CHECK_EQUAL(look("C000 FFFFFFFF").size, 2u);
  CAF_CHECK_EQUAL(look("30 8101 00").size, 132u);
}

CAF_TEST(an_incomplete_header_asks_for_one_more_byte) {
  CAF_CHECK_EQUAL(look("").size, 2u);
  CAF_CHECK_EQUAL(look("30").size, 2u);
  CAF_CHECK_EQUAL(look("30 80").size, 3u);
  CAF_CHECK_EQUAL(look("30 8080").size, 4u);
  CAF_CHECK_EQUAL(look("30 808080").size, 5u);
}

CAF_TEST(the_largest_length_is_read) {
  const auto found = look("30 FFFFFF7F");
  CAF_CHECK(found.state == state::incomplete);
  CAF_CHECK_EQUAL(found.size, 268'435'455u + 5);
}

CAF_TEST(five_bytes_of_length_and_a_type_of_0_are_malformed) {
  CAF_CHECK(look("30 80808080").state == state::malformed);    // [MQTT-1.5.5-1]
  CAF_CHECK(look("30 FFFFFFFF7F").state == state::malformed);  // [MQTT-1.5.5-1]
  CAF_CHECK(look("00").state == state::malformed);
  CAF_CHECK(look("0F 00").state == state::malformed);
}

CAF_TEST(a_packet_past_the_limit_is_too_large_as_soon_as_its_header_is_there) {
  CAF_CHECK(look("30 08", 10).state == state::incomplete);
  CAF_CHECK(look("30 09", 10).state == state::too_large);
  CAF_CHECK(look("30 FFFFFF7F", 2'097'152).state == state::too_large);
  CAF_CHECK(look("30 FFFFFF", 2'097'152).state == state::incomplete);
}
