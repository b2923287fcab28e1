#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "actors/admin/history/event_history.hpp"
#include "routing/publication.hpp"

namespace troupe::actors {

struct workplace;

/// What happens to clients and actors, published for MQTT subscribers below `$SYS/actors/`. The history is watched only
/// while a shard has a subscription that reaches there: else an event costs nothing more. Thread-safe.
class event_topics {
public:
  /// Called on the thread that tells of an event, one call at a time: it posts the event to where it is published.
  using publish = std::function<void(const std::shared_ptr<const admin::event>&)>;

  /// `per_second_max`: events of one second; more are counted and left out. `history` must outlive it.
  event_topics(admin::event_history& history, std::uint32_t shards, std::uint32_t per_second_max, publish to);
  ~event_topics();
  event_topics(const event_topics&) = delete;
  event_topics& operator=(const event_topics&) = delete;

  /// Whether a subscription to this filter, shared or not, may get an event.
  static bool reached_by(std::string_view filter) noexcept;
  /// A shard has one more such subscription, or (-1) one less. When it returns, events are published.
  void subscriptions_changed(std::uint32_t shard, int by);
  /// The shard begins anew, with no subscription. What is watched is watched until settled(): that a shard was
  /// restarted is an event, too.
  void forget(std::uint32_t shard);
  /// It has heard of all subscriptions there are.
  void settled();

  /// Events that were more than those of a second may be, or that nobody could watch for.
  std::uint64_t left_out() const noexcept { return left_out_.load(std::memory_order_relaxed); }

private:
  void watch_or_not();
  void tell(const std::shared_ptr<const admin::event>& what);

  admin::event_history& history_;
  std::uint32_t per_second_max_;
  publish publish_;
  std::mutex mutex_;
  std::vector<std::int64_t> subscriptions_;  ///< by shard
  std::uint64_t watching_as_ = 0;            ///< 0: it does not
  // Of tell(), which is never called twice at once.
  time_point second_begins_{};
  std::uint32_t told_ = 0;  ///< in that second
  std::atomic<std::uint64_t> left_out_ = 0;
};

/// "$SYS/actors/client_connected/<client id>", "$SYS/actors/actor_restarted/root/loop 0/shard". What no topic level may
/// hold is percent-encoded, as in the paths of the API; without client and actor the last part is missing.
std::string topic_of(const admin::event& what);

/// Routes an event as a message of QoS 0. Not where any client at all might get it: there have to be access rules, and
/// not their default alone that allows it. On the loop.
void publish_event(workplace& at, const admin::event& what);

}  // namespace troupe::actors
