#define CAF_SUITE bench_load_in_flight
#include "bench/load/in_flight.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::bench;

CAF_TEST(a_message_is_as_old_as_the_time_since_it_was_sent) {
  in_flight all;
  all.add(7, 1'000);
  CAF_CHECK_EQUAL(all.age(7, 1'500).value_or(0), 500u);
  CAF_CHECK(!all.age(8, 1'500));
  CAF_CHECK(!all.age(15, 1'500));  // the same place
  all.remove(15);
  CAF_CHECK(all.contains(7));
  all.remove(7);
  CAF_CHECK(!all.contains(7));
  CAF_CHECK(!all.age(7, 1'500));
}

CAF_TEST(ages_are_right_where_the_clock_has_more_bits_than_are_kept) {
  in_flight all;
  const nanoseconds late = (std::uint64_t{1} << 47) - 10;
  all.add(65'535, late);
  CAF_CHECK_EQUAL(all.age(65'535, late + 300).value_or(0), 300u);
}

CAF_TEST(a_window_in_order_needs_no_more_room_however_long_it_goes_on) {
  in_flight all;
  for (std::uint32_t i = 0; i < 200'000; ++i) {
    if (i >= 8) all.remove(static_cast<std::uint16_t>((i - 8) % 65'535 + 1));
    all.add(static_cast<std::uint16_t>(i % 65'535 + 1), i);
  }
  CAF_CHECK_EQUAL(all.room(), 16u);  // 65,535 and 1 are neighbours, though not in the lowest bits
}

CAF_TEST(what_is_never_acknowledged_keeps_its_place) {
  in_flight all;
  all.add(1, 5);
  for (std::uint16_t id = 2; id < 1'000; ++id) {
    all.add(id, id);
    all.remove(id);
  }
  CAF_CHECK_EQUAL(all.age(1, 10).value_or(0), 5u);
  for (std::uint16_t id = 2; id <= 60'000; ++id) all.add(id, id);
  for (std::uint16_t id = 2; id <= 60'000; ++id) CAF_REQUIRE_EQUAL(all.age(id, 70'000).value_or(0), 70'000u - id);
  CAF_CHECK_EQUAL(all.age(1, 10).value_or(0), 5u);
}

CAF_TEST(what_the_broker_has_is_remembered) {
  in_flight all;
  all.add(3, 100);
  CAF_CHECK(!all.is_received(3));
  all.received(3);
  all.received(4);
  CAF_CHECK(all.is_received(3));
  CAF_CHECK(!all.is_received(4));
  CAF_CHECK_EQUAL(all.age(3, 150).value_or(0), 50u);
}
