#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <unordered_set>
#include <vector>

#include "actors/durability/kept_part.hpp"
#include "actors/handles.hpp"
#include "actors/session/protocol/delivery.hpp"

namespace troupe::actors {

struct workplace;

/// Deliveries to the durable sessions of one loop whose rows are not committed yet. A delivery reaches its session when
/// it is in the store, so that whatever the session does with it comes after that; in the order in which the shards
/// sent them, whichever batch is committed first.
class pending_deliveries {
public:
  /// A delivery with its place in the store.
  struct place {
    session_ref session;
    std::uint64_t number = 0;  ///< of the session
    session::delivery what;
  };

  explicit pending_deliveries(workplace& at) noexcept : at_{at} {}

  /// Writes down a delivery, at QoS 1 or 2, of a publication of the batch that is handled; `message` is its id.
  void add(session_ref to, std::uint64_t number, const publication_ptr& body, std::uint32_t publication,
           std::uint64_t message, const session::addressing& how);
  /// All deliveries of the batch are written down: what has to be committed for them before settle(). Null: nothing.
  std::shared_ptr<kept_part> close(batch_id of);
  /// They are committed, or cannot be.
  void settle(const stored& news);

  /// The sequences of what waits for this session.
  std::unordered_set<std::uint64_t> sequences_of(session_ref who) const;
  std::size_t size() const noexcept { return parts_.size(); }

private:
  enum class state : std::uint8_t { waits, kept, refused };
  struct part {
    batch_id id;
    pending_deliveries::state state = state::waits;
    std::vector<place> places;
  };

  void deliver(part& settled);

  workplace& at_;
  std::vector<place> open_;
  std::shared_ptr<kept_part> open_rows_;
  std::deque<part> parts_;
  std::uint64_t next_sequence_ = 0;  ///< 0: the first of this run of the node
};

}  // namespace troupe::actors
