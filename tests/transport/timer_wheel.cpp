#define CAF_SUITE transport_timer_wheel
#include "transport/timer_wheel.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

#include <caf/test/unit_test.hpp>

namespace troupe::transport {

using namespace std::chrono_literals;

namespace {

const time_point start{1000h};

std::vector<int> fired(timer_wheel<int>& wheel, time_point now) {
  std::vector<int> result;
  wheel.advance(now, [&](int value) { result.push_back(value); });
  return result;
}

}  // namespace

CAF_TEST(a_timer_fires_once_and_never_before_its_deadline) {
  timer_wheel<int> wheel{start};
  wheel.add(start + 250ms, 7);
  CAF_CHECK(fired(wheel, start + 249ms).empty());
  CAF_CHECK(fired(wheel, start + 299ms).empty());
  CAF_CHECK_EQUAL(fired(wheel, start + 300ms), std::vector<int>{7});
  CAF_CHECK(fired(wheel, start + 10h).empty());
  CAF_CHECK_EQUAL(wheel.size(), 0u);
}

CAF_TEST(a_deadline_just_before_a_tick_fires_with_that_tick) {
  for (const auto before : {1ns, 999'999ns, 1'000'000ns, 1'000'001ns, 99'999'999ns}) {
    CAF_CHECK_EQUAL(tick_at_or_after(start - before), tick_at_or_after(start));
    CAF_CHECK_EQUAL(tick_at_or_after(start + before), tick_at_or_after(start) + 1);
  }
}

CAF_TEST(a_deadline_that_has_passed_fires_at_the_next_tick) {
  timer_wheel<int> wheel{start};
  wheel.add(start - 1h, 1);
  CAF_CHECK(fired(wheel, start).empty());
  CAF_CHECK_EQUAL(fired(wheel, start + 100ms), std::vector<int>{1});
}

CAF_TEST(a_callback_may_add_timers) {
  timer_wheel<int> wheel{start};
  wheel.add(start + 100ms, 0);
  std::vector<int> seen;
  wheel.advance(start + 1s, [&](int value) {
    seen.push_back(value);
    if (value < 20) wheel.add(start, value + 1);
  });
  CAF_CHECK_EQUAL(seen.size(), 10u);
  CAF_CHECK_EQUAL(wheel.size(), 1u);
}

CAF_TEST(a_far_deadline_fires_on_its_tick_through_all_levels) {
  for (const auto ahead : {std::chrono::milliseconds{25500}, 25600ms, 25700ms, 6553500ms, 6553600ms, 6553700ms,
                           std::chrono::milliseconds{500h}, std::chrono::milliseconds{20000h}}) {
    timer_wheel<int> wheel{start};
    wheel.add(start + ahead, 1);
    CAF_CHECK(fired(wheel, start + ahead - 1ms).empty());
    CAF_CHECK_EQUAL(fired(wheel, start + ahead).size(), 1u);
  }
}

CAF_TEST(time_never_goes_back) {
  timer_wheel<int> wheel{start};
  fired(wheel, start + 10s);
  wheel.add(start + 5s, 1);
  CAF_CHECK(fired(wheel, start + 1s).empty());
  CAF_CHECK_EQUAL(fired(wheel, start + 10100ms).size(), 1u);
}

CAF_TEST(next_is_never_later_than_the_first_timer) {
  timer_wheel<int> wheel{start};
  CAF_CHECK(!wheel.next());
  wheel.add(start + 700ms, 1);
  CAF_CHECK(wheel.next() == start + 700ms);
  timer_wheel<int> far{start};
  far.add(start + 10h, 1);
  int wakes = 0;
  auto now = start;
  while (auto next = far.next()) {
    CAF_REQUIRE(*next > now && *next <= start + 10h);
    now = *next;
    ++wakes;
    far.advance(now, [](int) {});
  }
  CAF_CHECK(now == start + 10h);
  CAF_CHECK_LESS(wakes, 2000);
}

CAF_TEST(random_timers_fire_in_their_own_tick_and_none_is_lost) {
  std::mt19937 random{42};
  timer_wheel<std::uint32_t> wheel{start};
  std::vector<timer_tick> due;
  auto now = start;
  std::size_t count = 0;
  bool right = true;
  for (int round = 0; round < 600; ++round) {
    for (int i = 0; i < 5; ++i) {
      const auto ahead = std::chrono::milliseconds{random() % (round % 7 == 0 ? 100'000'000u : 60'000u)};
      due.push_back(wheel.add(now + ahead, static_cast<std::uint32_t>(due.size())));
    }
    now += std::chrono::milliseconds{random() % 40'000};
    wheel.advance(now, [&](std::uint32_t value, timer_tick tick) {
      ++count;
      right = right && due[value] == tick && time_of(tick) <= now;
    });
    const auto late = std::ranges::count_if(due, [&](timer_tick tick) { return time_of(tick) <= now; });
    right = right && count == static_cast<std::size_t>(late);
  }
  CAF_CHECK(right);
  CAF_CHECK_EQUAL(wheel.size(), due.size() - count);
}

CAF_TEST(a_million_timers_cost_at_most_32_bytes_each) {
  timer_wheel<std::uint64_t> wheel{start};
  for (std::uint32_t i = 0; i < 1'000'000; ++i) wheel.add(start + std::chrono::milliseconds{i}, i);
  CAF_CHECK_LESS(wheel.memory(), 32u * 1'000'000u);
  std::size_t count = 0;
  wheel.advance(start + 2000s, [&](std::uint64_t) { ++count; });
  CAF_CHECK_EQUAL(count, 1'000'000u);
}

}  // namespace troupe::transport
