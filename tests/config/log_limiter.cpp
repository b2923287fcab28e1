#define CAF_SUITE config_log_limiter
#include "config/log_limiter.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::log;
using namespace std::chrono_literals;
using troupe::config::log_level;

namespace {

struct fixture {
  limiter tested;
  limiter::time_point now = limiter::time_point{} + 1h;

  std::size_t admitted_of(std::size_t lines, std::uint32_t rate_max) {
    std::size_t admitted = 0;
    while (lines-- > 0) admitted += tested.ask(now, rate_max, log_level::warning).admitted;
    return admitted;
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(log_limiter_tests, fixture)

CAF_TEST(so_many_lines_pass_in_a_second) {
  CAF_CHECK_EQUAL(admitted_of(100, 5), 5u);
  now += 999ms;
  CAF_CHECK_EQUAL(admitted_of(100, 5), 0u);
  now += 1ms;
  CAF_CHECK_EQUAL(admitted_of(100, 5), 5u);
  CAF_CHECK_EQUAL(tested.count().admitted, 10u);
  CAF_CHECK_EQUAL(tested.count().suppressed, 290u);
}

CAF_TEST(the_next_line_sums_up_what_did_not_pass) {
  admitted_of(128, 5);
  now += 1s;
  const auto verdict = tested.ask(now, 5, log_level::info);
  CAF_CHECK(verdict.admitted);
  CAF_CHECK_EQUAL(verdict.summed_up, 123u);
  CAF_CHECK_EQUAL(tested.ask(now, 5, log_level::info).summed_up, 0u);
  CAF_CHECK(tested.level() == log_level::warning);
}

CAF_TEST(what_no_line_summed_up_is_left_over_when_the_second_ends) {
  admitted_of(8, 5);
  CAF_CHECK_EQUAL(tested.left_over(now + 999ms), 0u);
  CAF_CHECK_EQUAL(tested.left_over(now + 1s), 3u);
  CAF_CHECK_EQUAL(tested.left_over(now + 2s), 0u);
}

CAF_TEST(without_a_limit_every_line_passes) { CAF_CHECK_EQUAL(admitted_of(1000, 0), 1000u); }

CAF_TEST_FIXTURE_SCOPE_END()
