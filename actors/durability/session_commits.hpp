#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "actors/durability/node_store.hpp"
#include "actors/durability/store_desk.hpp"
#include "actors/durability/store_journal.hpp"
#include "actors/session/protocol/effects.hpp"
#include "persistence/batch.hpp"
#include "routing/session_ref.hpp"

namespace troupe::actors {

class session_table;

/// What changes of the durable sessions of one loop, one batch after the other: while one is committed, the next one
/// gathers. A batch that could not be written stays and is tried again, and what came later waits behind it: a store
/// with some room again never sees a later change before an earlier one.
class session_commits {
public:
  session_commits(node_store& store, store_desk& desk, session_table& sessions) noexcept
    : store_{store},
      desk_{desk},
      sessions_{sessions} {}

  /// session::apply(), telling what changes. Returns whether anything was to be told.
  bool apply(session::record& to, session::effects& fx) noexcept;
  /// For rows that no session's record stands for.
  persistence::batch& open() noexcept { return open_.what; }

  /// The batch that takes what is told now.
  std::uint64_t number() const noexcept { return open_.number; }
  /// All batches up to this one are committed.
  std::uint64_t committed() const noexcept { return committed_; }
  /// Calls session_seat::committed() of this session when that batch is.
  void wait(session_ref who, std::uint64_t until);
  /// Calls `then` when all that was told so far is committed: at once when it is already.
  void after(std::function<void()> then);

  /// Hands over what was told since the last time, unless a batch is under way. Returns whether there was any.
  bool flush();
  /// Now and then: tries again what could not be written.
  void retry();

  /// The node stops: hands over all there is, whatever is under way.
  void close();

  /// Nothing is told and not committed.
  bool idle() const noexcept { return open_.what.empty() && !under_way_; }

private:
  struct gathering {
    std::uint64_t number = 1;
    persistence::batch what;
    std::vector<session_ref> waiting;
    std::vector<std::function<void()>> after;
  };

  void submit();
  void answered(persistence::result& result);

  node_store& store_;
  store_desk& desk_;
  session_table& sessions_;
  gathering open_;
  gathering submitted_;  ///< means something while under_way_
  store_journal journal_{open_.what};
  std::uint64_t committed_ = 0;
  bool under_way_ = false;
  bool failed_ = false;  ///< it waits to be tried again
};

}  // namespace troupe::actors
