#define CAF_SUITE bench_inproc_latency

#include "bench/inproc/latency.hpp"

#include <cmath>

#include <caf/test/unit_test.hpp>

using namespace troupe::bench::inproc;
using std::chrono::microseconds;

namespace {

bool within_one_percent(latency::duration seen, latency::duration expected) {
  auto ratio = static_cast<double>(seen.count()) / static_cast<double>(expected.count());
  return std::abs(ratio - 1) < 0.01;
}

}  // namespace

CAF_TEST(nothing_has_no_quantiles) {
  latency none;
  CAF_CHECK_EQUAL(none.count(), 0u);
  CAF_CHECK_EQUAL(none.quantile(0.99).count(), 0);
}

CAF_TEST(quantiles_are_exact_to_one_percent) {
  latency all;
  for (auto i = 1; i <= 10'000; ++i) all.add(microseconds{i});
  CAF_CHECK_EQUAL(all.count(), 10'000u);
  CAF_CHECK(within_one_percent(all.quantile(0.5), microseconds{5'000}));
  CAF_CHECK(within_one_percent(all.quantile(0.95), microseconds{9'500}));
  CAF_CHECK(within_one_percent(all.quantile(0.999), microseconds{9'990}));
  CAF_CHECK(all.longest() == microseconds{10'000});
}

CAF_TEST(what_is_shorter_or_longer_than_the_axis_is_counted) {
  latency all;
  all.add(std::chrono::nanoseconds{1});
  all.add(std::chrono::minutes{10});
  CAF_CHECK_EQUAL(all.count(), 2u);
  CAF_CHECK(all.quantile(1) == std::chrono::minutes{10});
}

CAF_TEST(two_of_them_add_up) {
  latency one, other;
  one.add(microseconds{10});
  other.add(microseconds{1'000});
  one.add(other);
  CAF_CHECK_EQUAL(one.count(), 2u);
  CAF_CHECK(one.longest() == microseconds{1'000});
}
