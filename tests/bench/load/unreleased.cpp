#define CAF_SUITE bench_load_unreleased
#include "bench/load/unreleased.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::bench;

CAF_TEST(a_message_is_the_same_until_it_is_released_and_only_for_its_client) {
  unreleased all;
  CAF_CHECK(all.add(1, 7));
  CAF_CHECK(!all.add(1, 7));
  CAF_CHECK(all.add(2, 7));
  CAF_CHECK(all.add(1, 8));
  all.remove(1, 7);
  CAF_CHECK(all.add(1, 7));
  CAF_CHECK(!all.add(2, 7));
  all.forget(2);
  CAF_CHECK(all.add(2, 7));
  CAF_CHECK(!all.add(1, 8));
}
