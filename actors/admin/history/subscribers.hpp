#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "actors/admin/history/event.hpp"
#include "actors/admin/history/event_filter.hpp"

namespace troupe::admin {

/// Who is told of events as they happen. Thread-safe.
class subscribers {
public:
  /// Called on the thread that tells, which is an event loop: it posts the event to where it is used, and does nothing
  /// else; above all it calls neither watch() nor unwatch(). What it throws is ignored.
  using sink = std::function<void(const std::shared_ptr<const event>&)>;

  static constexpr std::size_t watchers_max = 64;

  /// Returns what unwatch() takes; 0: there are watchers_max already.
  std::uint64_t watch(event_filter filter, sink to);
  /// When it returns, that sink is not running and will not be called again.
  void unwatch(std::uint64_t number);

  /// Events of several threads may come in another order than their ids. Where nobody watches: one atomic load.
  void tell(const event_view& what) noexcept {
    if (watching_.load(std::memory_order_acquire) != 0) tell_watchers(what);
  }

  std::size_t watching() const noexcept { return watching_.load(std::memory_order_acquire); }
  /// Events that a sink did not take, because it threw or there was no memory.
  std::uint64_t lost() const noexcept { return lost_.load(std::memory_order_relaxed); }

private:
  struct watcher {
    std::uint64_t number;
    event_filter filter;
    sink to;
  };

  void tell_watchers(const event_view& what) noexcept;

  std::atomic<std::size_t> watching_ = 0;
  std::atomic<std::uint64_t> lost_ = 0;
  std::mutex mutex_;
  std::vector<watcher> watchers_;
  std::uint64_t last_number_ = 0;
};

}  // namespace troupe::admin
