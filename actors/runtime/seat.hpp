#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include <caf/actor.hpp>
#include <caf/mailbox_element.hpp>

#include "actors/runtime/event_loop.hpp"
#include "actors/runtime/pinned_actor.hpp"

namespace troupe::runtime {

/// A place on a loop that outlives the actors that sit on it. Mail for a role waits here, so that a successor finds
/// what its predecessor left unread, the message that ended it first. A message that ends two actors in a row is
/// refused. Touched by its loop only.
class seat {
public:
  explicit seat(event_loop& loop) : loop_{loop} {}

  /// Seats an actor and makes its behaviour; the one before has ended. Precondition: `who` is a pinned_actor of this
  /// loop.
  void occupy(const caf::actor& who);
  /// Unseats the actor without ending it; mail waits.
  void vacate() noexcept {
    actor_ = nullptr;
    handle_ = nullptr;
  }
  /// Called with a message that no actor could handle, before it is dropped: whoever waits for its answer gets one.
  void on_refused(std::function<void(const caf::mailbox_element&)> refuse) { refuse_ = std::move(refuse); }

  void push(caf::mailbox_element_ptr mail, mail_class urgency);
  /// While on hold, only mail of the class `rebuilding` is handed out.
  void hold(bool on) noexcept { held_ = on; }
  /// Handles up to `most` messages. Returns whether some are left that could be handled now.
  bool dispatch(std::size_t most);

  const caf::actor& occupant() const noexcept { return handle_; }
  std::size_t depth() const noexcept { return ordinary_.size() + rebuilding_.size(); }
  /// When the mail that waits longest came; nothing waits: max().
  time_point oldest() const noexcept;
  std::uint64_t handled() const noexcept { return handled_; }
  std::uint64_t refused() const noexcept { return refused_; }

private:
  struct envelope {
    caf::mailbox_element_ptr mail;
    time_point since;
    bool failed_once = false;
  };

  std::deque<envelope>& next_queue() noexcept { return held_ || !rebuilding_.empty() ? rebuilding_ : ordinary_; }
  bool ready() noexcept { return actor_ && !next_queue().empty(); }
  void handle_front(std::deque<envelope>& queue);
  void after_failure(std::deque<envelope>& queue);

  event_loop& loop_;
  pinned_actor* actor_ = nullptr;
  caf::actor handle_;
  std::deque<envelope> ordinary_;
  std::deque<envelope> rebuilding_;
  bool held_ = false;
  std::uint64_t handled_ = 0;
  std::uint64_t refused_ = 0;
  std::function<void(const caf::mailbox_element&)> refuse_;
};

}  // namespace troupe::runtime
