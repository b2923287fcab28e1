#include "tests/transport/mqtt/allocations.hpp"

#define CAF_SUITE transport_mqtt_allocations

#include <caf/test/unit_test.hpp>

#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/data/packets.hpp"
#include "transport/mqtt/codec.hpp"

using namespace troupe::data;
using namespace troupe::mqtt;
using troupe::mqtt::data::parse_bytes;

namespace {

std::atomic<std::size_t> allocations = 0;
std::atomic<std::size_t> largest = 0;

}  // namespace

std::size_t troupe::data::allocation_count() noexcept { return allocations; }
std::size_t troupe::data::largest_allocation() noexcept { return largest; }
void troupe::data::forget_largest_allocation() noexcept { largest = 0; }

void* operator new(std::size_t size) {
  ++allocations;
  if (size > largest) largest = size;
  if (auto* memory = std::malloc(size)) return memory;
  throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

CAF_TEST(the_packets_of_a_message_are_decoded_without_allocating) {
  std::vector<std::byte> scratch;
  for (const auto written : {"32 19 0003 'a/b' 0102 0C 02 0000000A 26 0001 'k' 0001 'v' 'hello'", "30 06 0003 'a/b' 00",
                             "40 02 1234", "50 03 1234 10", "62 02 1234", "70 04 1234 00 00", "C0 00", "E0 00"}) {
    const auto wire = parse_bytes(written);
    const auto before = allocation_count();
    const bool decoded = decode(wire, version::v5, scratch).index() == 0;
    CAF_CHECK_EQUAL(allocation_count(), before);
    CAF_CHECK(decoded);
  }
}

CAF_TEST(the_packets_of_a_message_are_encoded_into_what_there_is) {
  const auto payload = parse_bytes("'hello'");
  troupe::publication::parts parts;
  parts.topic = "a/b";
  parts.payload = payload;
  const auto body = troupe::publication::make(parts);
  outbox out;
  out.bytes().reserve(4096);
  const packet publishing{publish{.topic = "a/b", .payload = body->payload()}};
  const auto before = allocation_count();
  for (int i = 0; i < 20; ++i) {
    encode_publish(body, {.packet_id = 7, .qos = troupe::qos::at_least_once}, version::v5, out);
    encode_acknowledgement(packet_type::puback, 7, reason::success, version::v5, out.bytes());
    encode_pingresp(out.bytes());
    encode(publishing, version::v5, out.bytes());
  }
  CAF_CHECK_EQUAL(allocation_count(), before);
}

CAF_TEST(a_length_that_is_merely_promised_allocates_nothing) {
  std::vector<std::byte> scratch;
  for (const auto written :
       {"82 05 0001 00 FFFF", "82 08 0001 FFFFFF7F 0001", "30 06 FFFF 'abcd'", "30 08 0001 'a' FFFFFF7F 26",
        "30 0A 0001 'a' 06 26 FFFF FFFF 00", "10 0D 0004 'MQTT' 05 02 0000 00 FFFF", "90 04 0001 FF00"}) {
    const auto wire = parse_bytes(written);
    forget_largest_allocation();
    const bool decoded = decode(wire, version::v5, scratch).index() == 0;
    CAF_CHECK(largest_allocation() < 64);
    CAF_CHECK(!decoded);
  }
}
