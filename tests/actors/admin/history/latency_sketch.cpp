#define CAF_SUITE admin_latency_sketch
#include "actors/admin/history/latency_sketch.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <caf/test/unit_test.hpp>

using namespace troupe::admin;
using namespace std::chrono_literals;

namespace {

struct fixture {
  std::unique_ptr<latency_sketch> tested = std::make_unique<latency_sketch>();
  std::unique_ptr<latency_sketch> other = std::make_unique<latency_sketch>();

  latency_figures figures(std::chrono::seconds now) const {
    const std::array<const latency_sketch*, 2> all = {tested.get(), other.get()};
    return latency_sketch::figures(all, now);
  }
};

bool within(double found, double expected, double share) { return std::abs(found - expected) <= expected * share; }

}  // namespace

CAF_TEST_FIXTURE_SCOPE(latency_sketch_tests, fixture)

CAF_TEST(without_a_value_there_are_no_figures) {
  CAF_CHECK_EQUAL(figures(0s).count, 0u);
  CAF_CHECK_EQUAL(figures(0s).p99, 0.0);
}

CAF_TEST(one_value_is_every_figure) {
  tested->record(5s, 1ms);
  CAF_CHECK_EQUAL(figures(5s).count, 1u);
  CAF_CHECK(within(figures(5s).p50, 1000, 0.032));
  CAF_CHECK_EQUAL(figures(5s).p50, figures(5s).p99);
}

CAF_TEST(figures_of_random_values_are_right_within_three_percent) {
  std::mt19937_64 random{1};
  std::lognormal_distribution<double> values{10, 2};
  std::vector<double> sorted;
  for (int i = 0; i < 20'000; ++i) {
    const auto value = std::floor(values(random));
    sorted.push_back(value / 1000);
    (i % 2 == 0 ? tested : other)->record(7s, std::chrono::nanoseconds{static_cast<std::int64_t>(value)});
  }
  std::ranges::sort(sorted);
  const auto found = figures(7s);
  CAF_CHECK_EQUAL(found.count, 20'000u);
  CAF_CHECK(within(found.p50, sorted[9'999], 0.035));
  CAF_CHECK(within(found.p95, sorted[18'999], 0.035));
  CAF_CHECK(within(found.p99, sorted[19'799], 0.035));
}

CAF_TEST(nothing_is_too_short_or_too_long) {
  tested->record(1s, -5ns);
  CAF_CHECK_EQUAL(figures(1s).p50, 0.0);
  for (int i = 0; i < 10; ++i) tested->record(1s, 24h);
  CAF_CHECK(within(figures(1s).p50, 68'719'000, 0.035));
}

CAF_TEST(what_is_ten_seconds_old_counts_no_more) {
  tested->record(100s, 1us);
  CAF_CHECK_EQUAL(figures(109s).count, 1u);
  CAF_CHECK_EQUAL(figures(110s).count, 0u);
  CAF_CHECK_EQUAL(figures(99s).count, 0u);
  for (auto now = 100s; now < 150s; ++now) tested->record(now, 1us);
  CAF_CHECK_EQUAL(figures(149s).count, 10u);
}

CAF_TEST(a_slot_begins_empty_when_it_is_used_again) {
  tested->record(100s, 1us);
  tested->record(111s, 1us);
  CAF_CHECK_EQUAL(figures(111s).count, 1u);
}

CAF_TEST(it_is_read_while_it_is_written) {
  constexpr auto values = 200'000;
  std::thread writer{[&] {
    for (int i = 0; i < values; ++i) tested->record(std::chrono::seconds{i / 10'000}, 1ms);
  }};
  std::uint64_t most = 0;
  for (int i = 0; i < 1'000; ++i) most = std::max(most, figures(std::chrono::seconds{i / 50}).count);
  writer.join();
  CAF_CHECK(most <= 10u * 10'000u);
  CAF_CHECK_EQUAL(figures(19s).count, 100'000u);
}

CAF_TEST_FIXTURE_SCOPE_END()
