#define CAF_SUITE admin_password_worker
#include "actors/admin/access/password_worker.hpp"

#include <atomic>
#include <future>
#include <new>
#include <vector>

#include <caf/test/unit_test.hpp>

using troupe::admin::password_worker;

CAF_TEST(work_is_done_on_another_thread_and_answered_on_this_one) {
  boost::asio::io_context service;
  password_worker worker{service};
  std::thread::id worked_on, answered_on;
  int answer = 0;
  worker.submit(
    [&] {
      worked_on = std::this_thread::get_id();
      return 42;
    },
    [&](int result) {
      answered_on = std::this_thread::get_id();
      answer = result;
    });
  service.run();
  CAF_CHECK_EQUAL(answer, 42);
  CAF_CHECK(answered_on == std::this_thread::get_id());
  CAF_CHECK(worked_on != std::this_thread::get_id());
}

CAF_TEST(one_at_a_time_and_sixteen_waiting) {
  boost::asio::io_context service;
  password_worker worker{service};
  std::promise<void> begun, go_on;
  auto may_go_on = go_on.get_future().share();
  std::atomic<int> at_once = 0, at_once_max = 0;
  int answered = 0;
  const auto work = [&at_once, &at_once_max, may_go_on] {
    at_once_max = std::max(at_once_max.load(), ++at_once);
    may_go_on.wait();
    --at_once;
    return true;
  };
  const auto done = [&](bool) { ++answered; };
  worker.submit(
    [&] {
      begun.set_value();
      return work();
    },
    done);
  begun.get_future().wait();
  for (std::size_t i = 0; i < password_worker::waiting_max; ++i) {
    CAF_CHECK(!worker.full());
    CAF_CHECK(worker.submit(work, done));
  }
  CAF_CHECK(worker.full());
  CAF_CHECK(!worker.submit(work, done));
  go_on.set_value();
  service.run();
  CAF_CHECK_EQUAL(answered, 17);
  CAF_CHECK_EQUAL(at_once_max.load(), 1);
}

CAF_TEST(work_that_throws_gives_a_default_result) {
  boost::asio::io_context service;
  password_worker worker{service};
  bool result = true;
  worker.submit([]() -> bool { throw std::bad_alloc{}; }, [&](bool given) { result = given; });
  service.run();
  CAF_CHECK(!result);
}

CAF_TEST(it_may_end_while_work_is_under_way_and_waits) {
  boost::asio::io_context service;
  std::promise<void> begun, go_on;
  std::vector<int> answered;
  std::thread releases;
  {
    password_worker worker{service};
    worker.submit(
      [&] {
        begun.set_value();
        go_on.get_future().wait();
        return 1;
      },
      [&](int result) { answered.push_back(result); });
    begun.get_future().wait();
    worker.submit([] { return 2; }, [&](int result) { answered.push_back(result); });
    // The worker is told to end at the end of this scope; what runs then ends afterwards or before: both are allowed.
    releases = std::thread{[&] { go_on.set_value(); }};
  }
  releases.join();
  service.run();
  CAF_CHECK(!answered.empty());
  CAF_CHECK_EQUAL(answered.front(), 1);
}
