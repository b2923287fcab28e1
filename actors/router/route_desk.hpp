#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "actors/admin/history/latency_sketch.hpp"
#include "actors/handles.hpp"
#include "actors/runtime/event_loop.hpp"
#include "actors/session/protocol/protocol.hpp"

namespace troupe::actors {

class node_store;

/// Where the publications of one loop leave for their shards and where the answers come back: one batch per shard and
/// turn. It belongs to the loop, so that neither a crash of the delivery nor of a shard loses track of what is under
/// way.
class route_desk {
public:
  /// Whom an answer is for. QoS 0 is answered too: for the credit.
  struct waiting {
    session_ref publisher;
    session::route_result result;
    std::uint16_t packet_id = 0;
  };
  /// A batch that has been through its shard and all deliveries: everything in it is in the queues of its receivers.
  struct routed_batch {
    /// What a loop's durable sessions keep of it.
    struct part {
      std::uint32_t loop = 0;
      std::shared_ptr<const kept_part> kept;
    };
    std::uint64_t number = 0;
    std::uint32_t shard = 0;
    time_point since;                         ///< its first publication came
    ref_ptr<const route_batch> publications;  ///< null: there is no store
    std::vector<waiting> waiting_for;
    std::vector<part> kept;
    std::vector<dispatched::retention> retained;
  };

  route_desk(runtime::post_office& office, std::uint32_t loop);

  /// From now on, publications get ids for the store.
  void keep_in(node_store& store) noexcept { store_ = &store; }

  /// Adds to this turn's batch of the topic's shard.
  void route(session::route what, session_ref publisher);
  /// Sends this turn's batches. Returns whether there were any.
  bool flush();

  /// The shard's answer, and each delivery's. The batch is given back with the last of them.
  std::optional<routed_batch> answered(const dispatched& answer);
  std::optional<routed_batch> answered(const delivered& answer);

  /// The number of the oldest batch that is under way to that shard; one more than the latest if there is none. Only
  /// where there is a store.
  std::uint64_t oldest_under_way(std::uint32_t shard);

  std::size_t batches_under_way() const noexcept { return under_way_.size(); }
  /// From a batch's first publication to its last answer: what a message waits inside of the node. Any thread may read.
  const admin::latency_sketch& latency() const noexcept { return *latency_; }

private:
  struct collected {
    ref_ptr<const route_batch> batch;
    route_batch* open = nullptr;  ///< the same, while it may still grow
    time_point since;
    std::vector<waiting> waiting_for;
    std::deque<std::uint64_t> under_way;  ///< numbers, ascending; some may be back
  };
  struct pending {
    routed_batch batch;
    std::uint32_t answers = 0;
    std::uint32_t expected = 0;
    bool dispatched = false;
  };
  using table = std::unordered_map<std::uint64_t, pending>;

  std::optional<routed_batch> finish_if_complete(table::iterator at);

  runtime::post_office& office_;
  std::uint32_t loop_;
  std::uint64_t last_number_ = 0;
  std::vector<collected> by_shard_;
  table under_way_;
  node_store* store_ = nullptr;
  std::unique_ptr<admin::latency_sketch> latency_ = std::make_unique<admin::latency_sketch>();
};

}  // namespace troupe::actors
