#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>

#include <sys/epoll.h>

#include "routing/publication.hpp"

namespace troupe::transport {

/// What one loop's thread waits for: the descriptors of its many links, a few others, timers, and wake() of other
/// threads. One level-triggered epoll set and nothing around it: a message that comes alone is paid for in system calls
/// (ARCHITECTURE.md). Used on its thread only, or by whoever has borrowed it. Handlers are called from serve() and
/// should not throw; what one throws leaves serve(), and what was not served is reported again.
class reactor {
public:
  /// Throws std::system_error when the kernel gives no descriptors for it.
  reactor();
  ~reactor();
  reactor(const reactor&) = delete;
  reactor& operator=(const reactor&) = delete;

  using many_handler = std::function<void(std::uint64_t tag, std::uint32_t events)>;
  /// The handler of all that is added by tag; `events` are epoll's.
  void many(many_handler ready) { many_ = std::move(ready); }
  /// The upper half of `tag` is not 0. Throws std::system_error (the kernel's limit of watches).
  void add(int fd, std::uint32_t events, std::uint64_t tag);
  void modify(int fd, std::uint32_t events, std::uint64_t tag) noexcept;
  /// A round that is under way may still report the descriptor: a tag must tell that it is outdated.
  void remove(int fd) noexcept;

  /// A descriptor with a handler of its own, called while it is readable. Does not own the descriptor.
  class watch;
  /// Calls back once, at or after an instant.
  class timer;

  /// Waits until something happens, at most so long (0: not at all; max(): as long as it takes). Returns whether a
  /// descriptor is ready.
  bool wait(std::chrono::nanoseconds longest);
  /// When the last wait() ended.
  time_point woke_at() const noexcept { return woke_at_; }
  /// Serves what wait() found: timers that were due, and descriptors, some at a time until there are no more or the
  /// time is up. Returns whether there may be more.
  bool serve(time_point until);

  /// Ends a wait, or keeps the next one from beginning. Thread-safe; costs a system call only where the thread sleeps.
  void wake() noexcept {
    if (ask()) rouse();
  }
  /// The first half of wake(): true for who has the duty to end the wait now, if there is one, by rouse(), or by doing
  /// this thread's work in its place, between borrow() and give_back(). Thread-safe.
  bool ask() noexcept { return !woken_.exchange(true); }
  void rouse() noexcept;
  /// Whether somebody asked since the last look. To be looked at in every turn.
  bool was_woken() noexcept { return is_woken() && woken_.exchange(false); }
  bool is_woken() const noexcept { return woken_.load(); }

  /// Takes the thread's place while it sleeps: until give_back() it stays out of everything that belongs to it. False
  /// where it is awake. Thread-safe.
  bool borrow() noexcept;
  void give_back() noexcept;

private:
  static constexpr int events_per_round = 8;
  using schedule = std::multimap<time_point, timer*>;

  enum class state : int { awake, asleep, lent };

  void collect(std::chrono::nanoseconds longest);
  void sleep(std::chrono::nanoseconds longest);
  void dispatch(const epoll_event& event);
  void fire_timers();

  int epoll_ = -1, wake_up_ = -1;
  many_handler many_;
  std::unordered_map<std::uint64_t, watch*> watches_;
  std::uint64_t last_watch_ = 0;
  schedule timers_;
  std::array<epoll_event, events_per_round> events_;
  int found_ = 0;  ///< in events_
  time_point woke_at_, sleeps_until_;
  std::atomic<state> state_ = state::awake;
  std::atomic<bool> woken_ = false;
};

class reactor::watch {
public:
  /// Throws std::system_error.
  watch(reactor& on, int fd, std::function<void()> readable);
  ~watch() { stop(); }
  watch(const watch&) = delete;
  watch& operator=(const watch&) = delete;
  /// Before the descriptor is closed. May be called from its handler.
  void stop() noexcept;

private:
  friend reactor;
  reactor& on_;
  int fd_;
  std::uint64_t number_;
  std::function<void()> readable_;
};

class reactor::timer {
public:
  explicit timer(reactor& on) : on_{on} {}
  ~timer() { cancel(); }
  timer(const timer&) = delete;
  timer& operator=(const timer&) = delete;
  /// Replaces what was asked for before.
  void at(time_point when, std::function<void()> then);
  void after(std::chrono::nanoseconds wait, std::function<void()> then) {
    at(node_clock::now() + wait, std::move(then));
  }
  void cancel() noexcept;
  /// When it calls back; nullopt: it does not.
  std::optional<time_point> due() const { return in_ ? std::optional{(*in_)->first} : std::nullopt; }

private:
  friend reactor;
  reactor& on_;
  std::function<void()> then_;
  std::optional<schedule::iterator> in_;
};

}  // namespace troupe::transport
