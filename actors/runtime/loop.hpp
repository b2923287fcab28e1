#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "actors/runtime/event_loop.hpp"
#include "actors/runtime/seat.hpp"

namespace troupe::runtime {

/// One event loop: a thread's worth of Asio that is at the same time a CAF execution unit. A turn is: what the sockets
/// and timers brought, then the mail and the actors until nobody has work left, then one flush of everything written.
/// Neither half takes much longer than a slice of time; what is left waits for the next turn.
class loop final : public event_loop {
public:
  loop(caf::actor_system& system, std::uint32_t index);
  ~loop() override;

  std::uint32_t index() const noexcept override { return index_; }
  time_point now() const noexcept override { return now_; }
  void exec_later(caf::resumable* job) override;

  /// Puts mail on a seat. Thread-safe.
  void post(role to, caf::mailbox_element_ptr mail, mail_class urgency);
  seat& seat_of(role which) noexcept { return seats_[static_cast<std::size_t>(which)]; }

  boost::asio::io_context& io() noexcept { return io_; }
  /// Runs `task` on the loop, in a later turn. Thread-safe; exceptions are logged and cost nothing but the task.
  void run_soon(std::function<void()> task);

  /// Called in every turn after the actors ran: returns whether it made work for them. Set before the loop runs.
  void on_gather(std::function<bool()> gather) { gather_ = std::move(gather); }
  /// Called once at the end of every turn. Returns whether it wants another turn at once. Set before the loop runs.
  void on_flush(std::function<bool()> flush) { flush_ = std::move(flush); }

  void start();
  bool started() const noexcept { return thread_.joinable(); }
  /// Ends the thread after the current turn. Precondition: no actor of this loop is alive.
  void stop();
  /// One turn without waiting; for tests that play the thread themselves. Returns whether there is work left.
  bool turn();

  /// Longest turn since the last call: how late a timer or a packet may be served. Thread-safe.
  std::chrono::nanoseconds take_longest_turn() noexcept { return longest_turn_.exchange({}); }
  bool in_this_thread() const noexcept { return std::this_thread::get_id() == thread_id_.load(); }

private:
  struct letter {
    role to;
    mail_class urgency;
    caf::mailbox_element_ptr mail;
  };

  void run();
  bool serve_io(time_point until);
  void wake() noexcept;
  void await_wake();
  void take_foreign();
  bool run_jobs();
  bool dispatch_mail();
  void run_job(caf::resumable* job);

  std::uint32_t index_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  time_point now_;
  std::array<seat, role_count> seats_;
  std::deque<caf::resumable*> jobs_;
  std::function<bool()> gather_;
  std::function<bool()> flush_;
  std::thread thread_;
  std::atomic<std::thread::id> thread_id_;
  std::atomic<std::chrono::nanoseconds> longest_turn_{};

  std::mutex foreign_mutex_;
  std::vector<letter> foreign_mail_;
  std::vector<caf::resumable*> foreign_jobs_;
  std::vector<letter> taken_mail_;
  std::vector<caf::resumable*> taken_jobs_;
  boost::asio::posix::stream_descriptor wake_up_;  ///< an eventfd
  std::atomic<bool> wake_pending_ = false;
  std::atomic<bool> stopping_ = false;
};

}  // namespace troupe::runtime
