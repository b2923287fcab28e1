#define CAF_SUITE actors_runtime_loop

#include "actors/runtime/loop.hpp"

#include <future>
#include <numeric>

#include "tests/actors/fixtures/actors.hpp"

using namespace troupe;
using namespace troupe::test;
using runtime::mail_class;
using runtime::role;

namespace {

struct quiet_config : caf::actor_system_config {
  quiet_config() {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", std::size_t{1});
    set("logger.console-verbosity", caf::atom("quiet"));
  }
};

/// For tests of what one turn does, however slow the machine is.
constexpr std::chrono::hours no_hurry{1};

std::vector<int> up_to(int last) {
  std::vector<int> result(static_cast<std::size_t>(last));
  std::iota(result.begin(), result.end(), 1);
  return result;
}

/// Notes numbers, and tells when 0 came.
caf::behavior waiter(runtime::pinned_actor*, std::vector<int>* heard, std::promise<void>* done) {
  return {[=](int number) {
    if (number == 0) return done->set_value();
    heard->push_back(number);
  }};
}

/// A loop that the test runs turn by turn.
struct fixture {
  ~fixture() {
    for (auto& each : actors) caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    actors.clear();
    loop.seat_of(role::shard).vacate();
    loop.on_gather({});
    loop.on_flush({});
    while (loop.turn()) continue;
  }

  caf::actor seat(role which) {
    actors.push_back(runtime::spawn_on(loop, listener_to_numbers, &heard));
    loop.seat_of(which).occupy(actors.back());
    return actors.back();
  }
  void post(role to, int number) { loop.post(to, letter(number), mail_class::ordinary); }
  template <class F>
  static void on_another_thread(F f) {
    std::thread{f}.join();
  }

  quiet_config config;
  caf::actor_system system{config};
  runtime::loop loop{system, 0};
  std::vector<caf::actor> actors;
  std::vector<int> heard;
};

/// A loop with its thread.
struct running_fixture {
  running_fixture() {
    std::promise<void> running;
    loop.start();
    loop.run_soon([&] { running.set_value(); });
    running.get_future().wait();
  }
  ~running_fixture() {
    for (auto& each : actors) caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    actors.clear();
    on_loop([this] { loop.seat_of(role::shard).vacate(); });
    system.await_all_actors_done();
    loop.stop();
  }
  void on_loop(std::function<void()> task) {
    std::promise<void> ran;
    loop.run_soon([&] {
      task();
      ran.set_value();
    });
    ran.get_future().wait();
  }

  quiet_config config;
  caf::actor_system system{config};
  runtime::loop loop{system, 3};
  std::vector<caf::actor> actors;
  std::vector<int> heard;
  std::promise<void> done;
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(loop_by_hand, fixture)

CAF_TEST(a_turn_hands_the_mail_to_the_actors_in_their_seats) {
  seat(role::shard);
  post(role::shard, 1);
  post(role::shard, 2);
  CAF_CHECK(!loop.turn(no_hurry));
  CAF_CHECK_EQUAL(heard, up_to(2));
}

CAF_TEST(mail_that_an_actor_posts_is_handled_in_the_same_turn) {
  auto forward = [](runtime::pinned_actor*, runtime::loop* on) -> caf::behavior {
    return {[=](int number) { on->post(role::shard, letter(number), mail_class::ordinary); }};
  };
  actors.push_back(runtime::spawn_on(loop, forward, &loop));
  loop.seat_of(role::delivery).occupy(actors.back());
  seat(role::shard);
  post(role::delivery, 1);
  loop.turn(no_hurry);
  CAF_CHECK_EQUAL(heard, up_to(1));
}

CAF_TEST(a_turn_ends_although_there_is_always_more_mail) {
  auto forever = [](runtime::pinned_actor*, runtime::loop* on) -> caf::behavior {
    return {[=](int number) { on->post(role::delivery, letter(number + 1), mail_class::ordinary); }};
  };
  actors.push_back(runtime::spawn_on(loop, forever, &loop));
  loop.seat_of(role::delivery).occupy(actors.back());
  post(role::delivery, 1);
  CAF_CHECK(loop.turn());
  loop.seat_of(role::delivery).vacate();
}

CAF_TEST(messages_to_an_actor_of_the_loop_run_in_the_next_turn) {
  auto who = seat(role::shard);
  caf::anon_send(who, 7);
  CAF_CHECK(heard.empty());
  loop.turn(no_hurry);
  CAF_CHECK_EQUAL(heard, std::vector<int>{7});
}

CAF_TEST(what_is_gathered_is_worked_on_before_the_flush) {
  seat(role::shard);
  std::vector<std::string> steps;
  loop.on_gather([&] {
    if (!steps.empty()) return false;
    steps.push_back("gather");
    post(role::shard, 1);
    return true;
  });
  loop.on_flush([&] {
    steps.push_back(heard.empty() ? "flush before the mail" : "flush");
    return false;
  });
  loop.turn(no_hurry);
  CAF_CHECK_EQUAL(steps, (std::vector<std::string>{"gather", "flush"}));
}

CAF_TEST(a_flush_that_is_not_done_asks_for_another_turn) {
  loop.on_flush([] { return true; });
  CAF_CHECK(loop.turn());
}

CAF_TEST(mail_from_another_thread_keeps_its_order) {
  seat(role::shard);
  on_another_thread([this] {
    for (auto number : up_to(1000)) post(role::shard, number);
  });
  CAF_CHECK(heard.empty());
  while (loop.turn()) continue;
  CAF_CHECK_EQUAL(heard, up_to(1000));
}

CAF_TEST(one_wake_up_serves_everything_that_came_until_the_loop_looks) {
  auto who = seat(role::shard);
  loop.turn();
  on_another_thread([&] {
    for (auto number : up_to(100)) post(role::shard, number);
    caf::anon_send(who, 101);
  });
  while (loop.turn()) continue;
  CAF_CHECK_EQUAL(heard.size(), 101u);
  CAF_CHECK(!loop.reactor().was_woken());
  on_another_thread([this] { post(role::shard, 102); });
  CAF_CHECK(loop.reactor().was_woken());
}

CAF_TEST(mail_of_its_own_thread_wakes_nobody) {
  seat(role::shard);
  post(role::shard, 1);
  CAF_CHECK(!loop.reactor().was_woken());
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST_FIXTURE_SCOPE(loop_with_its_thread, running_fixture)

CAF_TEST(posts_from_elsewhere_reach_the_seat_in_order) {
  on_loop([this] {
    actors.push_back(runtime::spawn_on(loop, waiter, &heard, &done));
    loop.seat_of(role::shard).occupy(actors.back());
  });
  for (auto number : up_to(1000)) loop.post(role::shard, letter(number), mail_class::ordinary);
  loop.post(role::shard, letter(0), mail_class::ordinary);
  done.get_future().wait();
  CAF_CHECK_EQUAL(heard, up_to(1000));
}

CAF_TEST(an_actor_runs_on_its_loop_whoever_sends_to_it) {
  auto thread = std::thread::id{};
  auto who = [](runtime::pinned_actor*, std::thread::id* ran_on, std::promise<void>* ran) -> caf::behavior {
    return {[=](int) {
      *ran_on = std::this_thread::get_id();
      ran->set_value();
    }};
  };
  actors.push_back(runtime::spawn_on(loop, who, &thread, &done));
  caf::anon_send(actors.back(), 1);
  done.get_future().wait();
  auto loops_own = std::thread::id{};
  on_loop([&] { loops_own = std::this_thread::get_id(); });
  CAF_CHECK(thread == loops_own);
  CAF_CHECK(thread != std::this_thread::get_id());
}

CAF_TEST(a_task_that_throws_costs_nothing_but_itself) {
  loop.run_soon([] { throw std::runtime_error{"a task"}; });
  auto ran = false;
  on_loop([&] { ran = true; });
  CAF_CHECK(ran);
}

CAF_TEST_FIXTURE_SCOPE_END()

/// Two loops with their threads, and on each an actor that hands every number but the last on to the other, one higher.
namespace {

/// Two loops play ping-pong. Whether the second one's turns were ever run by the first one's thread, and whether all of
/// them were.
std::pair<bool, bool> play() {
  constexpr auto last = 3000;
  quiet_config config;
  caf::actor_system system{config};
  runtime::loop one{system, 0}, other{system, 1};
  struct seen {
    int number;
    std::thread::id thread;
  };
  std::vector<seen> by_one, by_other;
  std::promise<void> done;
  auto player = [&done](runtime::pinned_actor*, std::vector<seen>* mine, runtime::loop* to) -> caf::behavior {
    return {[=, &done](int number) {
      mine->push_back({number, std::this_thread::get_id()});
      if (number == last) return done.set_value();
      to->post(role::shard, letter(number + 1), mail_class::ordinary);
    }};
  };
  std::vector<caf::actor> actors{runtime::spawn_on(one, player, &by_one, &other),
                                 runtime::spawn_on(other, player, &by_other, &one)};
  one.seat_of(role::shard).occupy(actors[0]);
  other.seat_of(role::shard).occupy(actors[1]);
  one.start();
  other.start();
  one.post(role::shard, letter(1), mail_class::ordinary);
  done.get_future().wait();
  for (auto* each : {&one, &other}) each->run_soon([=] { each->seat_of(role::shard).vacate(); });
  actors.clear();
  system.await_all_actors_done();
  one.stop();
  other.stop();
  for (auto at = 0; at < last / 2; ++at) {
    CAF_REQUIRE_EQUAL(by_one[static_cast<std::size_t>(at)].number, 2 * at + 1);
    CAF_REQUIRE_EQUAL(by_other[static_cast<std::size_t>(at)].number, 2 * at + 2);
  }
  auto by_ones_thread = [&](const seen& each) { return each.thread == by_one.front().thread; };
  return {std::ranges::any_of(by_other, by_ones_thread), std::ranges::all_of(by_other, by_ones_thread)};
}

}  // namespace

// On a busy machine a loop may find the other one awake every time: then they play once more.
CAF_TEST(a_loop_that_sleeps_has_its_turn_run_by_the_one_that_has_mail_for_it) {
  auto helped = false, woken = false;
  for (auto left = 20; left > 0 && !(helped && woken); --left) {
    const auto [some, all] = play();
    helped |= some;
    woken |= !all;  // helping has an end: then the other one is woken
  }
  CAF_CHECK(helped);
  CAF_CHECK(woken);
}

CAF_TEST(a_stopped_loop_runs_nothing_more) {
  quiet_config config;
  caf::actor_system system{config};
  runtime::loop loop{system, 0};
  loop.start();
  CAF_CHECK(loop.started());
  loop.stop();
  CAF_CHECK(!loop.started());
  auto ran = false;
  loop.run_soon([&] { ran = true; });
  loop.stop();
  CAF_CHECK(!ran);
}
