#define CAF_SUITE bench_measure_histogram
#include "bench/measure/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <caf/test/unit_test.hpp>

using troupe::bench::histogram;

namespace {

double exact(std::vector<std::uint64_t>& sorted, double share) {
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return static_cast<double>(sorted[std::max<std::size_t>(rank, 1) - 1]);
}

bool near(double got, double wanted) { return std::abs(got - wanted) <= wanted * histogram::relative_error * 1.0001; }

std::vector<std::uint64_t> spread_over_nine_decades() {
  std::mt19937_64 random{7};
  std::uniform_real_distribution<double> exponent{3, 12};
  std::vector<std::uint64_t> values(20'000);
  for (auto& each : values) each = static_cast<std::uint64_t>(std::pow(10, exponent(random)));
  return values;
}

}  // namespace

CAF_TEST(a_percentile_is_off_by_half_a_percent_at_the_most) {
  auto values = spread_over_nine_decades();
  histogram counted;
  for (const auto each : values) counted.add(each);
  std::sort(values.begin(), values.end());
  for (const auto share : {0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 0.9999})
    CAF_CHECK(near(counted.percentile(share), exact(values, share)));
  CAF_CHECK_EQUAL(counted.count(), values.size());
  CAF_CHECK_EQUAL(counted.largest(), values.back());
}

CAF_TEST(bins_are_no_wider_than_the_error_allows) {
  histogram counted;
  for (std::uint64_t value = 1000; value < 900'000'000'000; value = value * 3 / 2) counted.add(value);
  counted.each_bin([](double lower, double upper, std::uint64_t) {
    CAF_CHECK_LESS_OR_EQUAL(upper / lower, histogram::bin_ratio * 1.0001);
  });
}

CAF_TEST(what_lies_outside_of_the_range_is_counted_and_told_as_the_least_or_the_largest) {
  histogram counted;
  counted.add(3);
  CAF_CHECK_EQUAL(counted.percentile(0.5), 3.0);
  counted.add(5'000'000'000'000);
  counted.add(5'000'000'000'001);
  CAF_CHECK_EQUAL(counted.count(), 3u);
  CAF_CHECK_EQUAL(counted.percentile(1), 5'000'000'000'001.0);
}

CAF_TEST(one_value_is_every_percentile) {
  histogram counted;
  counted.add(123'456);
  CAF_CHECK_EQUAL(counted.percentile(0.5), 123'456.0);
  CAF_CHECK_EQUAL(counted.percentile(0.999), 123'456.0);
}

CAF_TEST(no_value_is_zero) {
  CAF_CHECK_EQUAL(histogram{}.percentile(0.99), 0.0);
  CAF_CHECK_EQUAL(histogram{}.mean(), 0.0);
}

CAF_TEST(parts_of_several_workers_merge_to_what_one_would_have_counted) {
  const auto values = spread_over_nine_decades();
  histogram all, odd, even;
  for (std::size_t i = 0; i < values.size(); ++i) {
    all.add(values[i]);
    (i % 2 == 0 ? even : odd).add(values[i]);
  }
  histogram::image image;
  odd.save(image);
  histogram travelled;
  travelled.load(image);
  even.merge(travelled);
  for (const auto share : {0.1, 0.5, 0.99, 1.0}) CAF_CHECK_EQUAL(even.percentile(share), all.percentile(share));
  CAF_CHECK_EQUAL(even.mean(), all.mean());
}
