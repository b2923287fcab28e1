#define CAF_SUITE admin_time_words
#include "actors/admin/history/time_words.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::admin;
using namespace std::chrono_literals;

namespace {

constexpr since_1970 afternoon = 1'700'056'931s;  // 2023-11-15 14:02:11 UTC

}  // namespace

CAF_TEST(times_of_today_have_no_date) {
  const reading_clock clock{.now = afternoon + 1h};
  CAF_CHECK_EQUAL(clock(afternoon), "14:02:11");
  CAF_CHECK_EQUAL(clock(afternoon + 999ms), "14:02:11");
  CAF_CHECK_EQUAL(clock(afternoon - 24h), "2023-11-14 14:02:11");
}

CAF_TEST(today_is_what_it_is_where_it_is_read) {
  const reading_clock clock{.now = afternoon, .ahead_of_utc = 10h};
  CAF_CHECK_EQUAL(clock(afternoon), "00:02:11");
  CAF_CHECK_EQUAL(clock(afternoon - 5min), "2023-11-15 23:57:11");
}

CAF_TEST(zones_are_named_by_their_distance_from_utc) {
  const auto zone = [](std::chrono::minutes ahead) {
    return reading_clock{.now = afternoon, .ahead_of_utc = ahead}.with_zone(afternoon);
  };
  CAF_CHECK_EQUAL(zone(0min), "14:02:11 UTC");
  CAF_CHECK_EQUAL(zone(60min), "15:02:11 UTC+1");
  CAF_CHECK_EQUAL(zone(-210min), "10:32:11 UTC-3:30");
}

CAF_TEST(durations_are_in_units_that_a_person_would_take) {
  CAF_CHECK_EQUAL(duration_words(90s), "90 s");
  CAF_CHECK_EQUAL(duration_words(150s), "2 min 30 s");
  CAF_CHECK_EQUAL(duration_words(5min), "5 min");
  CAF_CHECK_EQUAL(duration_words(90min), "1 h 30 min");
  CAF_CHECK_EQUAL(duration_words(1h), "1 h");
  CAF_CHECK_EQUAL(duration_words(49h), "2 days 1 h");
  CAF_CHECK_EQUAL(duration_words(72h), "3 days");
}
