#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "actors/router/route_desk.hpp"
#include "persistence/store.hpp"

namespace troupe::actors {

struct workplace;

/// Commits what the store has to know of the publications that left one loop: the bodies, entries of queues, retained
/// values and senders' QoS 2 packet ids of a batch together, or nothing of them.
class publication_commits {
public:
  explicit publication_commits(workplace& at) noexcept : at_{at} {}

  /// Answers the publishers of a batch that has been routed: at once those whose publications the store need not know,
  /// the others when they are committed. That is done in the order in which batches left for a shard, so that no crash
  /// leaves a later publication to a topic without the one before it.
  void finish(route_desk::routed_batch what);
  /// Commits what this loop's durable sessions keep of deliveries that no publisher waits for: retained messages, and
  /// what another member of a shared group left behind.
  void keep(const deliver_batch& what, std::uint64_t first_message, batch_id as, const kept_part& part);

  std::size_t under_way() const noexcept { return under_way_ + in_line_.size(); }

private:
  /// A durable session whose QoS 2 packet id is committed with its publication.
  struct sender {
    session_ref who;
    std::uint64_t number = 0;  ///< of the session; 0: the store need not know the packet id
    std::uint16_t packet_id = 0;
  };
  struct under_commit {
    route_desk::routed_batch batch;
    std::vector<sender> senders;
    std::shared_ptr<const own_bodies> own;
  };

  sender sender_of(const route_desk::waiting& whom) const;
  bool concerns_store(const route_desk::routed_batch& what) const;
  void commit(route_desk::routed_batch what);
  void committed(const under_commit& what, const persistence::result& how);

  workplace& at_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, route_desk::routed_batch> in_line_;  ///< by shard and number
  std::size_t under_way_ = 0;
};

}  // namespace troupe::actors
