#pragma once

#include <cstdint>

#include "actors/durability/node_store.hpp"
#include "actors/durability/pending_deliveries.hpp"
#include "actors/durability/publication_commits.hpp"
#include "actors/durability/restoration.hpp"
#include "actors/durability/session_commits.hpp"
#include "actors/durability/sleeping_sessions.hpp"
#include "actors/durability/store_desk.hpp"

namespace troupe::actors {

struct workplace;

/// What one loop has to do with the store. It belongs to the loop and outlives its actors.
///
/// Three rules keep the promise that nothing acknowledged is lost. A publication is committed as a whole by the loop of
/// its publisher, before it reaches a durable session and before it is acknowledged (publication_commits,
/// pending_deliveries). What a durable session does with it is committed by the loop of the session, later
/// (session_commits). And what tells a client of such a change leaves when it is committed (session::effects::gated).
class durability {
public:
  durability(workplace& at, node_store& store);

  node_store& store() noexcept { return store_; }
  store_desk& desk() noexcept { return desk_; }
  session_commits& changes() noexcept { return changes_; }
  pending_deliveries& deliveries() noexcept { return deliveries_; }
  publication_commits& publications() noexcept { return publications_; }
  sleeping_sessions& sleepers() noexcept { return sleepers_; }
  actors::restoration& restoration() noexcept { return restoration_; }

  /// The number of a durable session, awake or not; 0: it is not durable, or there is none.
  std::uint64_t number_of(session_ref who) const noexcept;
  /// A committed delivery for a session that was durable when it was written down.
  void deliver(pending_deliveries::place what);

  /// The node stops, and its sessions are about to be forgotten: what they told is handed over, and nothing that needs
  /// them is done any more. Whoever waits for an answer comes again.
  void stop();
  bool stopped() const noexcept { return stopped_; }

  /// After the actors of a round: hands over what was told. Returns whether there was any.
  bool flush() { return !stopped_ && changes_.flush(); }
  /// Now and then.
  void tick() {
    changes_.retry();
    sleepers_.look_around();
  }

private:
  void forget(const pending_deliveries::place& what);

  workplace& at_;
  node_store& store_;
  store_desk desk_;
  session_commits changes_;
  pending_deliveries deliveries_;
  publication_commits publications_;
  sleeping_sessions sleepers_;
  actors::restoration restoration_;
  bool stopped_ = false;
};

}  // namespace troupe::actors
