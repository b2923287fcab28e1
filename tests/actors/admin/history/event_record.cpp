#define CAF_SUITE admin_event_record
#include "actors/admin/history/event_record.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::admin;

namespace {

std::size_t check_round_trip(const event_view& what) {
  std::array<std::byte, event_record_bytes_max + 1> memory{};
  auto* odd = memory.data() + 1;
  const auto bytes = write_record(what, 7, {odd, event_record_bytes_max});
  CAF_CHECK_EQUAL(read_header(odd).bytes(), bytes);
  CAF_CHECK(read_record(odd, what.id) == what);
  return bytes;
}

}  // namespace

CAF_TEST(a_record_gives_back_what_was_written) {
  event_view what{.id = 12, .at = since_1970{1'700'000'000'123}, .kind = event_kind::client_taken_over};
  what.client = "c";
  what.actor = "root/loop 0";
  what.address = "10.0.0.7:4100";
  what.listener = "ws";
  what.text = "why";
  what.by = "node";
  what.reason_code = 0x8E;
  what.close_code = 1008;
  check_round_trip(what);
}

CAF_TEST(codes_of_zero_are_not_the_same_as_none) {
  event_view what{.id = 1};
  CAF_CHECK_EQUAL(check_round_trip(what), 32u);
  what.reason_code = 0;
  check_round_trip(what);
  what.close_code = 0;
  check_round_trip(what);
}

CAF_TEST(the_longest_record_fits) {
  const std::string client(event_client_bytes_max, 'c');
  const std::string text(event_text_bytes_max, 't');
  event_view what{.id = 1, .kind = event_kind::alarm_off};
  what.client = client;
  what.actor = what.address = what.listener = what.text = what.by = text;
  CAF_CHECK_EQUAL(check_round_trip(what), event_record_bytes_max);
}

CAF_TEST(the_link_to_the_record_before_is_written_later) {
  std::array<std::byte, event_record_bytes_max> memory{};
  write_record({.id = 9, .client = "c"}, 0xABCD, memory);
  CAF_CHECK_EQUAL(read_header(memory.data()).back, 0u);
  write_back(memory.data(), 5);
  CAF_CHECK_EQUAL(read_header(memory.data()).back, 5u);
  CAF_CHECK_EQUAL(read_header(memory.data()).client_hash, 0xABCDu);
  CAF_CHECK_EQUAL(read_record(memory.data(), 9).client, "c");
}
