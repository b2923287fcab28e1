#define CAF_SUITE admin_metrics_history
#include "actors/admin/history/metrics_history.hpp"

#include <cmath>

#include <caf/test/unit_test.hpp>

using namespace troupe::admin;
using namespace std::chrono_literals;

namespace {

struct fixture {
  metrics_history tested{{"in", "out"}};
  std::chrono::seconds now = 1'700'000'000s;

  void record(float in, float out = 0) {
    const std::array values = {in, out};
    tested.record(now, values);
    ++now;
  }
  metrics_excerpt read(std::uint32_t minutes, std::size_t points_max = 10'000) const {
    constexpr std::array<std::string_view, 1> names = {"in"};
    return tested.read(names, minutes, points_max);
  }
  static const std::vector<float>& values(const metrics_excerpt& of) { return of.series.at(0).second; }
  static const std::vector<float>& values(metrics_excerpt&&) = delete;
  float newest(std::uint32_t minutes) const { return values_of(minutes).back(); }
  std::vector<float> values_of(std::uint32_t minutes) const { return read(minutes).series.at(0).second; }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(metrics_history_tests, fixture)

CAF_TEST(memory_is_a_few_megabytes_for_as_many_metrics_as_there_may_be) {
  const metrics_history full{std::vector<std::string>(100, "name")};
  CAF_CHECK_EQUAL(full.names().size(), 64u);
  CAF_CHECK_EQUAL(full.bytes(), 64u * 48'960u);
  CAF_CHECK(full.bytes() < 3'200'000u);
}

CAF_TEST(the_last_minutes_are_read_in_seconds) {
  for (int i = 0; i < 100; ++i) record(static_cast<float>(i));
  const auto found = read(1);
  CAF_CHECK_EQUAL(found.step_seconds, 1u);
  CAF_CHECK(found.from == 1'700'000'040s);
  CAF_REQUIRE_EQUAL(values(found).size(), 60u);
  CAF_CHECK_EQUAL(values(found).front(), 40.0f);
  CAF_CHECK_EQUAL(values(found).back(), 99.0f);
}

CAF_TEST(what_was_not_recorded_is_unknown) {
  record(1);
  now += 2s;
  record(4);
  const auto found = read(1);
  CAF_REQUIRE_EQUAL(values(found).size(), 60u);
  CAF_CHECK(std::isnan(values(found)[55]));
  CAF_CHECK_EQUAL(values(found)[56], 1.0f);
  CAF_CHECK(std::isnan(values(found)[57]));
  CAF_CHECK(std::isnan(values(found)[58]));
  CAF_CHECK_EQUAL(values(found)[59], 4.0f);
}

CAF_TEST(a_history_without_a_value_has_no_points) { CAF_CHECK(values_of(60).empty()); }

CAF_TEST(names_that_there_are_not_are_left_out_and_the_others_keep_their_order) {
  record(1, 2);
  const std::array<std::string_view, 3> names = {"out", "sideways", "in"};
  const auto found = tested.read(names, 1, 100);
  CAF_REQUIRE_EQUAL(found.series.size(), 2u);
  CAF_CHECK_EQUAL(found.series[0].first, "out");
  CAF_CHECK_EQUAL(found.series[0].second.back(), 2.0f);
  CAF_CHECK_EQUAL(found.series[1].second.back(), 1.0f);
}

CAF_TEST(fewer_points_are_means_of_several_seconds) {
  for (int i = 0; i < 60; ++i) record(static_cast<float>(i));  // from a second on that is a multiple of 20
  const auto found = read(1, 5);
  CAF_CHECK_EQUAL(found.step_seconds, 12u);
  CAF_CHECK(values(found).size() <= 5u);
  CAF_CHECK(found.from.count() % 12 == 0);
  const auto twenty = read(1, 3);
  CAF_CHECK_EQUAL(twenty.step_seconds, 20u);
  CAF_CHECK((values(twenty) == std::vector<float>{9.5f, 29.5f, 49.5f}));
}

CAF_TEST(an_hour_is_kept_in_seconds_and_no_more) {
  for (int i = 0; i < 5'000; ++i) record(static_cast<float>(i));
  const auto found = read(60);
  CAF_CHECK_EQUAL(found.step_seconds, 1u);
  CAF_REQUIRE_EQUAL(values(found).size(), 3'600u);
  CAF_CHECK_EQUAL(values(found).front(), 1'400.0f);
  CAF_CHECK_EQUAL(values(found).back(), 4'999.0f);
}

CAF_TEST(a_day_is_kept_in_tens_of_seconds) {
  for (int i = 0; i < 100'000; ++i) record(static_cast<float>(i));
  const auto found = read(24 * 60);
  CAF_CHECK_EQUAL(found.step_seconds, 10u);
  CAF_REQUIRE_EQUAL(values(found).size(), 8'640u);
  CAF_CHECK_EQUAL(values(found).back(), 99'994.5f);
  CAF_CHECK_EQUAL(values(found).front(), 13'604.5f);
  const auto fewer = read(24 * 60, 1'440);
  CAF_CHECK_EQUAL(fewer.step_seconds, 60u);
  CAF_CHECK_EQUAL(values(fewer).size(), 1'440u);
  CAF_CHECK_EQUAL(values_of(100'000).size(), 8'640u);
}

CAF_TEST(ten_seconds_that_are_not_over_have_the_mean_of_what_there_is) {
  for (int i = 0; i < 13; ++i) record(i < 10 ? 1 : 7);
  const auto found = values_of(120);
  CAF_CHECK_EQUAL(found.back(), 7.0f);
  CAF_CHECK_EQUAL(found[found.size() - 2], 1.0f);
}

CAF_TEST(a_mean_is_of_what_is_known) {
  record(2);
  now += 3s;
  record(4);
  CAF_CHECK_EQUAL(newest(120), 3.0f);
  const auto tens = read(1, 6);
  CAF_CHECK_EQUAL(values(tens).back(), 3.0f);
}

CAF_TEST(a_gap_longer_than_the_history_leaves_nothing_of_it) {
  for (int i = 0; i < 5'000; ++i) record(1);
  now += 48h;
  record(2);
  int known = 0;
  for (const auto minutes : {60u, 24u * 60u}) {
    const auto found = values_of(minutes);
    for (const auto value : found) known += !std::isnan(value);
  }
  CAF_CHECK_EQUAL(known, 2);
}

CAF_TEST(of_two_values_for_one_second_the_later_counts) {
  record(1);
  --now;
  record(2);
  CAF_CHECK_EQUAL(newest(1), 2.0f);
}

CAF_TEST(a_clock_that_is_mended_keeps_its_history_and_one_that_is_set_back_does_not) {
  record(1);
  now -= 5s;
  record(9);  // too late for its place
  CAF_CHECK_EQUAL(newest(1), 1.0f);
  now -= 1h;
  record(3);
  const auto found = read(1);
  CAF_CHECK_EQUAL(values(found).back(), 3.0f);
  CAF_CHECK(std::isnan(values(found)[58]));
  now += 2s;
  record(4);
  CAF_CHECK_EQUAL(newest(1), 4.0f);
}

CAF_TEST_FIXTURE_SCOPE_END()
