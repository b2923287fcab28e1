#define CAF_SUITE admin_topic_samples
#include "actors/admin/history/topic_samples.hpp"

#include <caf/test/unit_test.hpp>

#include <map>

using namespace troupe::admin;
using namespace std::chrono_literals;

namespace {

using rates = std::map<std::string, double>;

struct fixture {
  topic_samples samples;
  topic_samples::clock::time_point now{1000s};

  void publish(std::string_view topic, int times = 1) {
    for (int i = 0; i < times; ++i) samples.saw(topic, now);
  }

  rates seen(std::size_t step = 10'000) const {
    rates result;
    std::uint32_t at = 0;
    int steps = 0;
    while (
      !samples.visit(at, step, now, [&](std::string_view topic, double rate) { result[std::string{topic}] += rate; }))
      CAF_REQUIRE(++steps < 10'000);
    return result;
  }
};

bool near(double a, double b, double by) { return a > b - by && a < b + by; }

}  // namespace

CAF_TEST_FIXTURE_SCOPE(topic_samples_tests, fixture)

CAF_TEST(nobody_watches_until_somebody_looks) {
  CAF_CHECK(!samples.is_watched());
  CAF_CHECK_EQUAL(samples.seconds(now), 0);
  samples.watch(now);
  CAF_CHECK(samples.is_watched());
}

CAF_TEST(few_publications_are_counted_exactly_once_a_second_is_over) {
  samples.watch(now);
  publish("before");  // of a second that was not watched from its beginning
  now += 1s;
  publish("a", 3);
  publish("b/c");
  CAF_CHECK_EQUAL(samples.seconds(now), 0);
  now += 1s;
  publish("a", 5);  // of a second that is not over
  CAF_CHECK_EQUAL(samples.seconds(now), 1);
  for (const std::size_t step : {1u, 7u, 10'000u}) CAF_CHECK_EQUAL(seen(step), (rates{{"a", 3}, {"b/c", 1}}));
  now += 1s;
  CAF_CHECK_EQUAL(seen(), (rates{{"a", 4}, {"b/c", 0.5}}));
}

CAF_TEST(the_last_ten_seconds_count) {
  samples.watch(now);
  now += 1s;
  publish("old", 100);
  for (int i = 0; i < 11; ++i) {
    now += 1s;
    publish("new");
  }
  now += 1s;
  CAF_CHECK_EQUAL(samples.seconds(now), 10);
  const auto found = seen();
  CAF_REQUIRE_EQUAL(found.size(), 1u);
  CAF_CHECK(near(found.at("new"), 1, 0.001));
}

CAF_TEST(many_publications_are_sampled_evenly) {
  samples.watch(now);
  for (int second = 0; second < 10; ++second) {
    now += 1s;
    for (int i = 0; i < 1000; ++i) {
      publish("often", 9);
      publish("seldom");
    }
  }
  now += 1s;
  const auto found = seen();
  const auto often = found.at("often"), seldom = found.at("seldom");
  CAF_CHECK(near(often + seldom, 10'000, 1));
  CAF_CHECK(near(seldom, 1000, 250));  // four times its standard deviation
}

CAF_TEST(the_beginning_of_a_second_is_drawn_as_often_as_its_end) {
  samples.watch(now);
  for (int second = 0; second < 10; ++second) {
    now += 1s;
    publish("early", 5000);
    publish("late", 5000);
  }
  now += 1s;
  CAF_CHECK(near(seen().at("early"), 5000, 500));  // five times its standard deviation
}

CAF_TEST(it_ends_a_minute_after_the_last_look) {
  samples.watch(now);
  now += 50s;
  samples.watch(now);
  now += 60s;
  publish("a");
  CAF_CHECK(samples.is_watched());
  now += 1ms;
  publish("a");
  CAF_CHECK(!samples.is_watched());
  CAF_CHECK(seen().empty());
}

CAF_TEST(a_watch_that_nobody_ended_begins_anew) {
  samples.watch(now);
  now += 1s;
  publish("a");
  now += 100s;
  samples.watch(now);
  CAF_CHECK_EQUAL(samples.seconds(now), 0);
  CAF_CHECK_EQUAL(samples.seconds(now + 3s), 2);
}

CAF_TEST(of_long_names_the_first_levels_are_kept) {
  samples.watch(now);
  now += 1s;
  publish("a/b/" + std::string(600, 'x'));
  publish(std::string(600, 'x'));
  now += 1s;
  CAF_CHECK_EQUAL(seen(), (rates{{"a/b", 1}}));
}

CAF_TEST_FIXTURE_SCOPE_END()
