#define CAF_SUITE bench_load_comeback
#include "bench/load/comeback.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::bench;

CAF_TEST(who_went_first_comes_back_first_and_whom_the_broker_refused_later) {
  comeback away;
  CAF_CHECK_EQUAL(away.next(), never);
  away.add_refused(1, 1'000);
  CAF_CHECK_EQUAL(away.next(), 1'000 + comeback::refused_wait);
  away.add(2);
  away.add(3);
  CAF_CHECK_EQUAL(away.next(), 0u);
  CAF_CHECK_EQUAL(away.take(), 2u);
  CAF_CHECK_EQUAL(away.take(), 3u);
  CAF_CHECK_EQUAL(away.next(), 1'000 + comeback::refused_wait);
  CAF_CHECK_EQUAL(away.take(), 1u);
  CAF_CHECK_EQUAL(away.next(), never);
}
