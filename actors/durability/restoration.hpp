#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "actors/handles.hpp"
#include "persistence/store.hpp"

namespace troupe::actors {

struct workplace;

/// How a loop gets back what an earlier run of the node has left in the store, while the listeners already accept. The
/// first loop reads, a page at a time, and all of them take what is theirs: first who the sessions are, then what is
/// retained and what is subscribed to; until then the shards hold publications back. How long the queues are is counted
/// at last. A client that comes before its session was read has it looked up.
class restoration {
public:
  explicit restoration(workplace& at) noexcept : at_{at} {}

  // -- the first loop's -----------------------------------------------------------------------------------------------

  void begin();
  /// One loop has taken the page that was sent last.
  void page_taken();

  // -- every loop's ---------------------------------------------------------------------------------------------------

  /// Sessions will be read: who they are is not known yet.
  void expect() noexcept { sessions_known_ = false; }
  void take(const restore_rows& page);
  /// All sessions of this loop are known.
  bool sessions_known() const noexcept { return sessions_known_; }
  /// Whether this loop's registry knows if that client has a session.
  bool knows(const shared_text& client_id) const;
  /// Makes the session of a client known, if it has one, then calls `then`: with false if the store could not be read.
  void look_up(const shared_text& client_id, std::function<void(bool known)> then);
  /// Tells a shard that was restarted what dormant sessions subscribe to, then calls `then`.
  void tell_dormant_subscriptions(const recall& asked, std::function<void()> then);

private:
  using rows = persistence::row_list;

  void read(persistence::table where, std::string first);
  void send_page(persistence::table where, persistence::result& page);
  void next_page();
  void note_numbers(const rows& sessions);
  void drop_orphans(const rows& queue);
  void drop_orphaned_ids(const rows& inbound);
  void finish();
  void log_progress(std::string_view what);

  void take_sessions(const rows& page);
  void take_retained(const rows& page);
  void take_subscriptions(const rows& page, bool last);
  void take_queue(const rows& page);
  void know(std::string_view value);
  void tell_subscriptions(const recall& asked, std::string first,
                          std::shared_ptr<std::unordered_map<std::uint64_t, session_ref>> whose,
                          std::function<void()> then);

  workplace& at_;
  // The first loop's
  std::size_t page_ = 0;  ///< place of the table that is read in its order
  std::string next_;      ///< where it goes on; empty: with the next table
  std::uint32_t answers_due_ = 0;
  std::uint64_t read_[5] = {};          ///< rows of each table
  std::vector<std::uint64_t> numbers_;  ///< of all sessions, ascending
  time_point begun_{}, logged_{};
  // Every loop's
  bool sessions_known_ = true;
  std::unordered_map<std::uint64_t, session_ref> by_number_;
  std::unordered_set<std::string> early_;  ///< ids of clients that came before: what they have is newer than a page
  std::unordered_map<std::string, std::vector<std::function<void(bool)>>>
    looked_up_;  ///< who waits for which client id
  std::vector<std::function<void()>> when_known_;
  persistence::batch expired_;  ///< retained messages of this page
};

}  // namespace troupe::actors
