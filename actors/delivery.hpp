#pragma once

#include <vector>

#include <caf/stateful_actor.hpp>

#include "actors/runtime/pinned_actor.hpp"
#include "actors/workplace.hpp"

namespace troupe::actors {

enum class fate : std::uint8_t;
class delivery_state;
using delivery_actor = caf::stateful_actor<delivery_state, runtime::pinned_actor>;

/// Tells publishers of this loop what became of their publications.
void answer_publishers(workplace& at, std::span<const route_desk::waiting> whom);

/// Hands what the shards send to the sessions of its loop: one message per batch, then direct calls.
caf::behavior delivery(delivery_actor* self, workplace* at);

class delivery_state {
public:
  const char* name = "delivery";

  void begin(workplace* at) { at_ = at; }
  void deliver(const deliver_batch& batch);
  void finish(std::optional<route_desk::routed_batch> complete);
  void subscribed(const actors::subscribed& answer);
  void unsubscribed(const actors::unsubscribed& answer);
  route_desk& routes() noexcept { return at_->routes; }

private:
  void deliver(const deliver_batch& batch, std::size_t index);
  void approach(const deliver_batch& batch, std::size_t from);
  /// More retained messages follow: the session asks for them when it has room.
  void offer_more(const deliver_batch& batch);
  void deliver_to(const target& to, const deliver_batch& batch, const deliver_batch::entry& entry, shared_text group,
                  std::span<const further_identifier> further);
  void miss(const target& to, const deliver_batch::entry& entry, const shared_text& group);
  /// Whether the session is durable: then it gets the delivery when that is committed.
  bool write_down(const target& to, const deliver_batch& batch, const deliver_batch::entry& entry,
                  const session::addressing& how);
  void tell_of(const target& to, const deliver_batch::entry& entry, fate news, std::string_view why) const;
  void close(const deliver_batch& batch);

  workplace* at_ = nullptr;
  /// Receivers whose memory is asked for together: about what a processor can wait for at once.
  static constexpr std::size_t approach_step = 8;

  std::vector<session_ref> approached_;
  std::vector<std::uint32_t> identifiers_;  ///< of one receiver whose filters have several
  std::uint64_t own_message_ = 0;  ///< id of the first publication of a batch that this loop commits itself; 0: none
};

}  // namespace troupe::actors
