#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace troupe::admin {

/// A thread of its own for what takes tens of milliseconds and megabytes on purpose: checking and hashing passwords,
/// one at a time. The answers come on the service's io_context, which has to outlive it. What waits when it ends is
/// dropped.
class password_worker {
public:
  static constexpr std::size_t waiting_max = 16;

  explicit password_worker(boost::asio::io_context& answers);
  ~password_worker();
  password_worker(const password_worker&) = delete;
  password_worker& operator=(const password_worker&) = delete;

  /// So many wait that submit() would refuse. Only the thread that submits may rely on it.
  bool full() const;

  /// `work()` there, then `done(result)` here; a default result if it throws. False: too many wait.
  template <class Work, class Done>
  bool submit(Work work, Done done) {
    return push([this, work = std::move(work), done = std::move(done), busy = make_guard()]() mutable {
      std::invoke_result_t<Work&> result{};
      try {
        result = work();
      } catch (...) {  // of memory: the caller gets what a password that does not match would give
      }
      boost::asio::post(answers_,
                        [done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
    });
  }

private:
  using guard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

  guard make_guard() { return guard{answers_.get_executor()}; }
  bool push(std::function<void()> job);
  void run();

  boost::asio::io_context& answers_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace troupe::admin
