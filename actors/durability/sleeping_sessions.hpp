#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "actors/durability/dormant_session.hpp"
#include "actors/session/protocol/restore.hpp"
#include "persistence/records.hpp"
#include "persistence/store.hpp"

namespace troupe::actors {

struct workplace;

/// The durable sessions of one loop that have no connection: puts them to sleep, adds to their queues, and wakes them
/// for their client, their will or their end.
class sleeping_sessions {
public:
  explicit sleeping_sessions(workplace& at) noexcept : at_{at} {}

  /// One that an earlier run of the node has left.
  session_ref add(const shared_text& client_id, const persistence::session_record& row);
  /// Everything that it is is in the store, and it has no link. Its seat goes.
  void put_to_sleep(session_seat& who);
  /// Reads the session and calls `then` with its seat: at once if it is awake. Null: it cannot be read, or is no more.
  void wake(session_ref who, std::function<void(session_seat*)> then);
  /// Gives one up that cannot be read; what its queue holds goes with the next start of the node.
  void forget(session_ref who);
  /// Called at every tick: sets timers for what is due soon. Most sessions sleep for hours, and a timer for each would
  /// take as much memory as a tenth of the session.
  void look_around();
  /// A timer of that session has come.
  void due(session_ref who, transport::timer_tick tick);

  /// Whether it takes no more messages, by the policy of its queue.
  bool is_full(const dormant_session& who) const noexcept;
  /// A delivery to it is committed.
  void deliver(dormant_session& who, pending_deliveries::place what);
  /// What an earlier run of the node left in its queue.
  void count(dormant_session& who, std::uint32_t bytes) noexcept;

  std::size_t waking() const noexcept { return waking_; }

private:
  void set_timer(session_ref who, dormant_session& what);
  void set_due(session_ref who, dormant_session& what, time_point when);
  void woken(session_ref who, std::optional<session::kept_session> found);
  bool is_over_limit(const dormant_session& who) const noexcept;
  void trim(session_ref to, dormant_session& who);
  bool is_trimmed(const dormant_session& who) const noexcept;
  void trimmed(session_ref to, persistence::result& oldest);

  workplace& at_;
  std::size_t waking_ = 0;
  std::uint32_t looked_at_ = 0;  ///< slots of this round
};

}  // namespace troupe::actors
