#define CAF_SUITE transport_mqtt_outbox

#include <caf/test/unit_test.hpp>

#include <string>

#include "tests/data/packets.hpp"
#include "tests/transport/mqtt/describe.hpp"
#include "transport/mqtt/codec.hpp"
#include "transport/mqtt/properties.hpp"

using namespace troupe;
using namespace troupe::mqtt;
using troupe::mqtt::data::describe;
using troupe::mqtt::data::hex;
using troupe::mqtt::data::parse_bytes;

namespace {

bytes_view view(std::string_view text) { return {reinterpret_cast<const std::byte*>(text.data()), text.size()}; }

publication_ptr published(std::string_view topic, std::string_view payload, bytes_view properties = {}) {
  publication::parts parts;
  parts.topic = topic;
  parts.properties = properties;
  parts.payload = view(payload);
  return publication::make(parts);
}

/// What the link would write: shared parts in their places.
std::vector<std::byte> wire(const outbox& out) {
  std::vector<std::byte> result;
  std::size_t at = 0;
  const auto copy = [&](std::size_t to) {
    result.insert(result.end(), out.bytes().begin() + static_cast<std::ptrdiff_t>(at),
                  out.bytes().begin() + static_cast<std::ptrdiff_t>(to));
    at = to;
  };
  for (const auto& part : out.shared()) {
    copy(part.offset);
    result.insert(result.end(), part.payload.begin(), part.payload.end());
  }
  copy(out.bytes().size());
  return result;
}

std::string encoded(const publication_ptr& body, const delivery_header& header, version speaks) {
  outbox out;
  const auto size = encode_publish(body, header, speaks, out);
  CAF_CHECK_EQUAL(size, out.size());
  CAF_CHECK_EQUAL(size, publish_size(*body, header, speaks));
  return hex(wire(out));
}

std::string bytes(std::string_view written) { return hex(parse_bytes(written)); }

}  // namespace

CAF_TEST(a_delivery_is_a_publish) {
  const auto body = published("a/b", "hello");
  CAF_CHECK_EQUAL(encoded(body, {}, version::v3_1_1), bytes("30 0A 0003 'a/b' 'hello'"));
  CAF_CHECK_EQUAL(encoded(body, {}, version::v5), bytes("30 0B 0003 'a/b' 00 'hello'"));  // [MQTT-2.2.2-1]
  const delivery_header again{.packet_id = 258, .qos = qos::exactly_once, .retain = true, .duplicate = true};
  CAF_CHECK_EQUAL(encoded(body, again, version::v3_1), bytes("3D 0C 0003 'a/b' 0102 'hello'"));
}

CAF_TEST(a_delivery_at_qos_0_has_neither_packet_id_nor_duplicate) {
  // [MQTT-2.2.1-2] [MQTT-3.3.1-2] [MQTT-4.3.1-1]
  const delivery_header header{.packet_id = 7, .duplicate = true};
  CAF_CHECK_EQUAL(encoded(published("a", ""), header, version::v3_1_1), bytes("30 03 0001 'a'"));
}

CAF_TEST(a_delivery_carries_properties_in_mqtt_5_only) {
  // [MQTT-3.3.2-4] [MQTT-3.3.2-6] [MQTT-3.3.2-15] [MQTT-3.3.2-16] [MQTT-3.3.2-17] [MQTT-3.3.2-18] [MQTT-3.3.2-20]
  // [MQTT-3.3.4-3] [MQTT-3.3.4-4]
  const auto run = parse_bytes("01 01 08 0001 'r' 26 0001 'k' 0001 'v' 26 0001 'a' 0001 'b' 03 0001 'c' 09 0001 00");
  const auto body = published("a", "x", run);
  const std::uint32_t identifiers[] = {1, 268'435'455};
  const delivery_header header{.packet_id = 1,
                               .qos = qos::at_least_once,
                               .topic_alias = 3,
                               .message_expiry = 9,
                               .subscription_identifiers = identifiers};
  CAF_CHECK_EQUAL(encoded(body, header, version::v5),
                  bytes("32 32 0001 'a' 0001 2B 02 00000009 23 0003 0B 01 0B FFFFFF7F") + hex(run) + bytes("'x'"));
  CAF_CHECK_EQUAL(encoded(body, header, version::v3_1_1), bytes("32 06 0001 'a' 0001 'x'"));
}

CAF_TEST(a_known_alias_stands_for_the_topic) {
  const delivery_header header{.topic_alias = 3, .topic_known = true};
  CAF_CHECK_EQUAL(encoded(published("a/b", "x"), header, version::v5), bytes("30 07 0000 03 23 0003 'x'"));
  CAF_CHECK_EQUAL(encoded(published("a/b", "x"), header, version::v3_1_1), bytes("30 06 0003 'a/b' 'x'"));
}

CAF_TEST(the_mount_point_is_stripped) {
  const delivery_header header{.mount_point_bytes = 4};
  CAF_CHECK_EQUAL(encoded(published("dev/a/b", "x"), header, version::v3_1_1), bytes("30 06 0003 'a/b' 'x'"));
}

CAF_TEST(a_delivery_decodes_to_what_was_published) {
  const auto run = parse_bytes("26 0001 'k' 0001 'v'");
  outbox out;
  encode_publish(published("a/b", "hello", run), {.packet_id = 5, .qos = qos::at_least_once, .message_expiry = 7},
                 version::v5, out);
  std::vector<std::byte> scratch;
  const publish expected{.qos = qos::at_least_once,
                         .topic = "a/b",
                         .packet_id = 5,
                         .properties = {.forwarded = run, .message_expiry = 7},
                         .payload = view("hello")};
  CAF_CHECK_EQUAL(describe(decode(out.bytes(), version::v5, scratch)), describe(expected));
}

CAF_TEST(large_payloads_are_shared_and_small_ones_copied) {
  for (const auto size : {outbox::share_from - 1, outbox::share_from, outbox::share_from + 1}) {
    const std::string payload(size, 'x');
    const auto body = published("a", payload);
    outbox out;
    encode(pingresp{}, version::v5, out.bytes());
    encode_publish(body, {}, version::v5, out);
    encode(pingresp{}, version::v5, out.bytes());
    const bool shared = size >= outbox::share_from;
    CAF_CHECK_EQUAL(out.shared().size(), shared ? 1u : 0u);
    CAF_CHECK_EQUAL(body->unique(), !shared);
    if (shared) CAF_CHECK(out.shared()[0].payload.data() == body->payload().data());
    std::vector<std::byte> expected;
    encode(pingresp{}, version::v5, expected);
    encode(publish{.topic = "a", .payload = view(payload)}, version::v5, expected);
    encode(pingresp{}, version::v5, expected);
    CAF_CHECK_EQUAL(out.size(), expected.size());
    CAF_CHECK(wire(out) == expected);
  }
}

CAF_TEST(rewinding_takes_back_what_came_after_the_mark) {
  const std::string payload(outbox::share_from, 'x');
  const auto kept = published("kept", payload);
  const auto dropped = published("dropped", payload);
  outbox out;
  encode_publish(kept, {}, version::v5, out);
  const auto size = out.size();
  const auto before = wire(out);
  const auto mark = out.note();
  encode_publish(dropped, {}, version::v5, out);
  encode_pingresp(out.bytes());
  CAF_CHECK(out.size() > size);
  out.rewind(mark);
  CAF_CHECK_EQUAL(out.size(), size);
  CAF_CHECK(wire(out) == before);
  CAF_CHECK(dropped->unique());
  CAF_CHECK(!kept->unique());
  out.clear();
  CAF_CHECK(out.empty());
  CAF_CHECK(kept->unique());
  out.rewind(out.note());
  CAF_CHECK(out.empty());
}
