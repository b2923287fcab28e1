#define CAF_SUITE admin_latency_histogram
#include "actors/admin/history/latency_histogram.hpp"

#include <memory>
#include <numeric>
#include <vector>

#include <caf/test/unit_test.hpp>

using namespace troupe::admin;
using namespace std::chrono_literals;

namespace {

struct fixture {
  std::unique_ptr<latency_sketch> one = std::make_unique<latency_sketch>();
  std::unique_ptr<latency_sketch> other = std::make_unique<latency_sketch>();
  latency_histogram tested;

  void take(std::chrono::seconds now) {
    const std::array<const latency_sketch*, 2> all = {one.get(), other.get()};
    tested.take(all, now);
  }
  std::uint64_t count() const {
    const auto& counts = tested.totals().counts;
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  }
  std::uint64_t at(std::size_t octave) const { return tested.totals().counts[octave]; }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(latency_histogram_tests, fixture)

CAF_TEST(a_second_counts_once_when_it_is_over) {
  one->record(100s, 1ms);
  other->record(100s, 1ms);
  take(100s);
  take(101s);
  CAF_CHECK_EQUAL(count(), 0u);
  take(102s);
  CAF_CHECK_EQUAL(count(), 2u);
  take(102s);
  take(103s);
  take(109s);
  CAF_CHECK_EQUAL(count(), 2u);
}

CAF_TEST(every_value_is_in_its_octave) {
  for (const auto value : {0, 1, 2, 3, 15, 16, 31, 32, 1023, 1024, 1025, 2047, 2048})
    one->record(50s, std::chrono::nanoseconds{value});
  take(52s);
  CAF_CHECK_EQUAL(at(0), 1u);   // 0
  CAF_CHECK_EQUAL(at(1), 1u);   // 1
  CAF_CHECK_EQUAL(at(2), 2u);   // 2, 3
  CAF_CHECK_EQUAL(at(4), 1u);   // 15
  CAF_CHECK_EQUAL(at(5), 2u);   // 16, 31
  CAF_CHECK_EQUAL(at(6), 1u);   // 32
  CAF_CHECK_EQUAL(at(10), 1u);  // 1023
  CAF_CHECK_EQUAL(at(11), 3u);  // 1024, 1025, 2047
  CAF_CHECK_EQUAL(at(12), 1u);  // 2048
  CAF_CHECK_EQUAL(count(), 13u);
}

CAF_TEST(what_takes_too_long_is_in_the_last_octave) {
  one->record(50s, 1h);
  take(52s);
  CAF_CHECK_EQUAL(at(latency_sketch::value_bits), 1u);
}

CAF_TEST(the_sum_is_right_within_three_percent) {
  for (int i = 0; i < 1000; ++i) one->record(50s, std::chrono::microseconds{i});
  take(52s);
  const auto wanted = 999.0 * 1000 / 2 * 1000;
  CAF_CHECK(std::abs(tested.totals().nanoseconds - wanted) < wanted * 0.03);
}

CAF_TEST(seconds_that_are_gone_are_left_out_and_the_next_ones_count) {
  one->record(50s, 1ms);
  take(80s);
  CAF_CHECK_EQUAL(count(), 0u);
  one->record(81s, 1ms);
  take(83s);
  CAF_CHECK_EQUAL(count(), 1u);
}

CAF_TEST(no_second_is_left_out_between_two_looks) {
  for (int second = 10; second < 40; ++second) {
    one->record(std::chrono::seconds{second}, 1us);
    if (second % 7 == 0) take(std::chrono::seconds{second});
  }
  take(42s);
  CAF_CHECK_EQUAL(count(), 30u);
}

CAF_TEST_FIXTURE_SCOPE_END()
