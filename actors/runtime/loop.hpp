#pragma once

#include <array>
#include <atomic>
#include <ctime>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "actors/runtime/event_loop.hpp"
#include "actors/runtime/seat.hpp"
#include "transport/reactor.hpp"

namespace troupe::runtime {

/// One event loop: a thread with a reactor that is at the same time a CAF execution unit. A turn is: what the sockets
/// and timers brought, then the mail and the actors until nobody has work left, then one flush of everything written.
/// Neither half takes much longer than a slice of time; what is left waits for the next turn.
///
/// Loops that have nothing to do sleep, and to wake one costs both sides more than most messages do. So a loop that has
/// mail for a sleeping one, and nothing else to do, runs that one's turn in its place: at low load one thread carries a
/// message all the way, and the others wake up as there is more to do.
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

  transport::reactor& reactor() noexcept { return reactor_; }
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
  /// How long actors are served in one turn when there is no end to their work: what one client asks for must not hold
  /// up what was written for another.
  static constexpr std::chrono::nanoseconds actors_slice = std::chrono::microseconds{50};
  /// One turn without waiting; for tests that play the thread themselves. Returns whether there is work left.
  bool turn(std::chrono::nanoseconds slice = actors_slice);
  /// From now on it is that time, whatever the clock says; for the same tests.
  void set_time(time_point to) noexcept { now_ = set_time_ = to; }

  /// Longest turn since the last call: how late a timer or a packet may be served. Thread-safe; for one caller.
  std::chrono::nanoseconds take_longest_turn() noexcept {
    const auto taken = longest_turn_.exchange({});
    longest_taken_ = taken;
    return taken;
  }
  /// The longest one that was taken last, or since. Thread-safe.
  std::chrono::nanoseconds longest_turn() const noexcept {
    return std::max(longest_taken_.load(), longest_turn_.load());
  }
  /// What its thread has taken of a processor so far; 0 while it does not run. Thread-safe.
  std::chrono::nanoseconds processor_time() const noexcept;
  /// Whether this thread runs the loop: its own one, another loop's that helps, before start() the one that made it.
  bool in_this_thread() const noexcept {
    return current_ == this || (current_ == nullptr && std::this_thread::get_id() == thread_id_.load());
  }

private:
  struct letter {
    role to;
    mail_class urgency;
    caf::mailbox_element_ptr mail;
  };

  void run();
  void ask() noexcept;
  bool serve_others(bool busy);
  bool help(loop& sleeping) noexcept;
  void take_foreign();
  void run_tasks();
  bool run_jobs();
  bool dispatch_mail();
  void run_job(caf::resumable* job);

  static thread_local loop* current_;  ///< the loop that this thread runs

  std::uint32_t index_;
  transport::reactor reactor_;
  time_point now_;
  time_point set_time_{};  ///< of tests; none: the clock's
  std::array<seat, role_count> seats_;
  std::deque<caf::resumable*> jobs_;
  std::function<bool()> gather_;
  std::function<bool()> flush_;
  std::vector<loop*> owed_;  ///< loops we have given work to, and not yet seen to it that it is done
  std::thread thread_;
  std::atomic<std::thread::id> thread_id_;
  static constexpr clockid_t no_clock = -1;
  std::atomic<clockid_t> processor_clock_ = no_clock;
  std::atomic<std::chrono::nanoseconds> longest_turn_{}, longest_taken_{};

  std::mutex foreign_mutex_;
  std::vector<letter> foreign_mail_;
  std::vector<caf::resumable*> foreign_jobs_;
  std::vector<letter> taken_mail_;
  std::vector<std::function<void()>> foreign_tasks_;
  std::vector<caf::resumable*> taken_jobs_;
  std::vector<std::function<void()>> taken_tasks_;
  std::atomic<bool> stopping_ = false;
};

}  // namespace troupe::runtime
