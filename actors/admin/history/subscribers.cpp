#include "actors/admin/history/subscribers.hpp"

#include <utility>

namespace troupe::admin {

std::uint64_t subscribers::watch(event_filter filter, sink to) {
  std::lock_guard guard{mutex_};
  if (watchers_.size() == watchers_max) return 0;
  watchers_.push_back({++last_number_, std::move(filter), std::move(to)});
  watching_.store(watchers_.size(), std::memory_order_release);
  return last_number_;
}

void subscribers::unwatch(std::uint64_t number) {
  std::lock_guard guard{mutex_};
  std::erase_if(watchers_, [=](const auto& each) { return each.number == number; });
  watching_.store(watchers_.size(), std::memory_order_release);
}

// Made once for all who want it, and not before somebody does.
void subscribers::tell_watchers(const event_view& what) noexcept {
  const auto seen = bounded(what);
  std::shared_ptr<const event> made;
  std::lock_guard guard{mutex_};
  for (const auto& each : watchers_) {
    if (!each.filter.matches(seen)) continue;
    try {
      if (!made) made = std::make_shared<const event>(to_event(seen));
      each.to(made);
    } catch (...) {
      lost_.fetch_add(1, std::memory_order_relaxed);
    }
  }
}

}  // namespace troupe::admin
