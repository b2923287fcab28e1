#define CAF_SUITE bench_load_schedule
#include "bench/load/schedule.hpp"

#include <set>

#include <caf/test/unit_test.hpp>

using namespace troupe::bench;

namespace {

schedule paced(double rate, std::uint32_t publishers) {
  schedule result;
  result.start = 100 * second;
  result.until = 110 * second;
  result.rate = rate;
  result.publishers = publishers;
  return result;
}

}  // namespace

CAF_TEST(messages_of_all_publishers_are_spread_evenly) {
  const auto pace = paced(1000, 4);
  std::set<nanoseconds> due;
  for (std::uint32_t publisher = 0; publisher < 4; ++publisher)
    for (std::uint64_t message = 0; message < 3; ++message) due.insert(pace.due(publisher, message));
  CAF_REQUIRE_EQUAL(due.size(), 12u);
  nanoseconds expected = pace.start;
  for (const auto each : due) {
    CAF_CHECK_EQUAL(each, expected);
    expected += millisecond;
  }
}

CAF_TEST(a_message_is_due_from_its_time_on_and_counts_from_then_however_late_it_leaves) {
  const auto pace = paced(10, 1);
  CAF_CHECK(!pace.ask(0, 1, pace.start + 99 * millisecond).now);
  CAF_CHECK(pace.ask(0, 1, pace.start + 100 * millisecond).now);
  const auto late = pace.ask(0, 1, pace.start + 5 * second);
  CAF_CHECK(late.now);
  CAF_CHECK_EQUAL(late.due, pace.start + 100 * millisecond);
}

CAF_TEST(what_was_due_before_the_end_leaves_after_it_and_nothing_else_does) {
  const auto pace = paced(10, 1);
  CAF_CHECK(pace.ask(0, 99, pace.until + second).now);
  CAF_CHECK(!pace.ask(0, 100, pace.until + second).now);
}

CAF_TEST(the_plan_counts_every_message_that_falls_due) {
  for (const auto rate : {1.0, 3.0, 10.0, 999.0, 5000.0, 12'345.0}) {
    const auto pace = paced(rate, 7);
    std::uint64_t counted = 0;
    for (std::uint32_t publisher = 0; publisher < 7; ++publisher)
      for (std::uint64_t message = 0; pace.due(publisher, message) < pace.until; ++message) ++counted;
    CAF_CHECK_EQUAL(pace.planned(), counted);
  }
}

CAF_TEST(a_limit_is_shared_among_publishers_to_the_last_message) {
  auto pace = paced(0, 3);
  pace.limit = 10;
  std::uint64_t sum = 0;
  for (std::uint32_t publisher = 0; publisher < 3; ++publisher) sum += pace.share_of_limit(publisher);
  CAF_CHECK_EQUAL(sum, 10u);
  CAF_CHECK(pace.ask(0, 3, pace.start).now);
  CAF_CHECK(!pace.ask(0, 4, pace.start).now);
  CAF_CHECK(!pace.ask(2, 3, pace.start).now);
}

CAF_TEST(in_closed_loop_a_message_is_due_when_it_can_be_sent) {
  const auto pace = paced(0, 3);
  const auto turn = pace.ask(2, 1'000'000, pace.start + 17);
  CAF_CHECK(turn.now);
  CAF_CHECK_EQUAL(turn.due, pace.start + 17);
}

CAF_TEST(nothing_is_due_before_the_start) {
  auto pace = paced(0, 1);
  CAF_CHECK(!pace.ask(0, 0, pace.start - 1).now);
  pace.start = never;
  CAF_CHECK(!pace.ask(0, 0, 200 * second).now);
}
