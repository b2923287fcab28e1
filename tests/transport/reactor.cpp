#define CAF_SUITE transport_reactor

#include "transport/reactor.hpp"

#include <thread>
#include <vector>

#include <sys/eventfd.h>
#include <unistd.h>

#include <caf/test/dsl.hpp>

using namespace troupe;
using namespace troupe::transport;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t first_tag = std::uint64_t{1} << 32;

/// A descriptor that is readable once it was written.
struct signalled {
  signalled() : fd{eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)} {}
  ~signalled() { close(fd); }
  signalled(const signalled&) = delete;
  signalled& operator=(const signalled&) = delete;
  void write() const { eventfd_write(fd, 1); }
  void read() const {
    eventfd_t value = 0;
    eventfd_read(fd, &value);
  }
  int fd;
};

struct fixture {
  fixture() {
    it.many([this](std::uint64_t tag, std::uint32_t) { tags.push_back(tag - first_tag); });
  }
  bool look(std::chrono::nanoseconds longest = {}, time_point until = time_point::max()) {
    it.wait(longest);
    return it.serve(until);
  }
  reactor it;
  std::vector<std::uint64_t> tags;
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(reactor_tests, fixture)

CAF_TEST(a_readable_descriptor_is_reported_by_its_tag_until_it_was_read) {
  signalled one, other;
  it.add(one.fd, EPOLLIN, first_tag + 1);
  it.add(other.fd, EPOLLIN, first_tag + 2);
  other.write();
  look();
  look();
  CAF_CHECK_EQUAL(tags, (std::vector<std::uint64_t>{2, 2}));
  other.read();
  look();
  CAF_CHECK_EQUAL(tags.size(), 2u);
}

CAF_TEST(a_removed_descriptor_is_reported_no_more) {
  signalled one;
  it.add(one.fd, EPOLLIN, first_tag);
  one.write();
  it.remove(one.fd);
  look();
  CAF_CHECK(tags.empty());
}

CAF_TEST(all_that_is_ready_has_its_turn_within_a_slice_and_some_without_one) {
  std::vector<signalled> all(50);
  for (auto& each : all) {
    it.add(each.fd, EPOLLIN, first_tag + tags.size());
    each.write();
  }
  CAF_CHECK(look({}, time_point::min()));
  CAF_CHECK(!tags.empty());
  CAF_CHECK(tags.size() < all.size());
  for (auto& each : all) each.read();
  CAF_CHECK(!look());
}

CAF_TEST(a_watch_has_a_handler_of_its_own_until_it_stops) {
  signalled one;
  auto calls = 0;
  reactor::watch watch{it, one.fd, [&] {
                         ++calls;
                         watch.stop();
                       }};
  one.write();
  look();
  look();
  CAF_CHECK_EQUAL(calls, 1);
  CAF_CHECK(tags.empty());
}

CAF_TEST(a_timer_fires_once_and_never_early) {
  reactor::timer timer{it};
  const auto when = node_clock::now() + 2ms;
  std::vector<time_point> fired;
  timer.at(when, [&] { fired.push_back(node_clock::now()); });
  CAF_CHECK(timer.due() == when);
  look();
  while (fired.empty()) look(1s);
  CAF_CHECK(fired[0] >= when);
  CAF_CHECK(!timer.due());
  look();
  CAF_CHECK_EQUAL(fired.size(), 1u);
}

CAF_TEST(timers_fire_in_their_order_and_a_cancelled_one_does_not) {
  reactor::timer first{it}, second{it}, cancelled{it};
  std::vector<int> fired;
  const auto now = it.woke_at();
  second.at(now + 3us, [&] { fired.push_back(2); });
  cancelled.at(now + 1us, [&] { fired.push_back(3); });
  first.at(now + 2us, [&] {
    fired.push_back(1);
    first.at(now, [&] { fired.push_back(4); });  // in a later round, however late it is
  });
  cancelled.cancel();
  while (node_clock::now() < now + 3us) continue;
  look();
  CAF_CHECK_EQUAL(fired, (std::vector<int>{1, 2}));
  look();
  CAF_CHECK_EQUAL(fired, (std::vector<int>{1, 2, 4}));
}

CAF_TEST(a_timer_ends_a_wait) {
  reactor::timer timer{it};
  auto fired = false;
  timer.after(1ms, [&] { fired = true; });
  look(std::chrono::nanoseconds::max());
  CAF_CHECK(fired);
}

CAF_TEST(whoever_wakes_it_before_it_sleeps_keeps_it_from_sleeping) {
  it.wake();
  it.wake();
  look(std::chrono::nanoseconds::max());
  CAF_CHECK(it.was_woken());
  CAF_CHECK(!it.was_woken());
}

CAF_TEST(only_a_sleeping_one_can_be_borrowed) {
  CAF_CHECK(!it.borrow());
  std::atomic<bool> over = false;
  auto borrowed = 0;
  std::thread helper{[&] {
    while (!over)
      if (it.borrow()) {
        ++borrowed;  // not atomic: the sleeper's thread and this one are never in it at once
        it.ask();    // found nobody asleep: give_back() sees to it
        it.give_back();
      }
  }};
  for (auto last = 0; last < 200;) {
    look(std::chrono::nanoseconds::max());
    if (!it.was_woken()) continue;
    CAF_CHECK(borrowed > last);
    last = borrowed;
  }
  over = true;
  helper.join();
}

CAF_TEST(a_timer_asked_for_by_the_borrower_ends_the_wait_too) {
  reactor::timer timer{it};
  auto fired = false;
  std::thread helper{[&] {
    while (!it.borrow()) std::this_thread::yield();
    timer.after(1ms, [&] { fired = true; });
    it.give_back();
  }};
  while (!fired) look(std::chrono::nanoseconds::max());
  helper.join();
}

CAF_TEST(no_call_of_another_thread_is_slept_through) {
  constexpr auto rounds = 2000;
  std::atomic<int> asked = 0;
  auto seen = 0;
  std::thread caller{[&] {
    for (auto i = 0; i < rounds; ++i) {
      ++asked;
      it.wake();
      if (i % 3 == 0) std::this_thread::yield();
    }
  }};
  while (seen < rounds) {
    look(std::chrono::nanoseconds::max());
    if (it.was_woken()) seen = asked;
  }
  caller.join();
  CAF_CHECK_EQUAL(seen, rounds);
}

CAF_TEST_FIXTURE_SCOPE_END()
