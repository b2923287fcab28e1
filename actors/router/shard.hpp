#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include <caf/stateful_actor.hpp>

#include "actors/admin/history/topic_samples.hpp"
#include "actors/event_topics.hpp"
#include "actors/handles.hpp"
#include "actors/runtime/pinned_actor.hpp"
#include "actors/runtime/seat.hpp"
#include "config/options.hpp"
#include "routing/match_result.hpp"
#include "routing/retained_index.hpp"
#include "routing/subscription_index.hpp"

namespace troupe::actors {

/// What a shard retains, and how far it has sent it to new subscriptions. It belongs to the loop and to no session
/// [MQTT3-3.1.2-7]: subscriptions can be asked for again when a shard has crashed, retained messages cannot.
struct retained_desk {
  struct walk {
    session_ref session;
    subscription what;
    retained_index::cursor at;
  };

  explicit retained_desk(std::shared_ptr<retained_budget> budget) : index{std::move(budget)} {}

  retained_index index;
  std::unordered_map<std::uint64_t, walk> walks;  ///< by number
  std::uint64_t last_walk = 0;
  std::uint64_t last_change = 0;  ///< of what a store has to know
  bool refused_some = false;      ///< a limit was hit and said so in the log
};

/// What an operator may look at of a shard: on its loop, between two turns.
struct shard_view {
  const subscription_index* subscriptions = nullptr;  ///< null: there is no shard at this moment
  admin::topic_samples published;                     ///< what comes through, while somebody looks
};
class follow_book;

/// What a shard works with. Everything in it outlives the shard.
struct shard_setup {
  runtime::post_office* office = nullptr;
  runtime::seat* seat = nullptr;
  retained_desk* retained = nullptr;
  const config::options* options = nullptr;
  std::uint64_t seed = 0;          ///< keeps strangers from choosing filters that collide
  std::uint64_t epoch = 0;         ///< how many shards sat here before
  bool restores = false;           ///< the node starts with what a store kept
  event_topics* events = nullptr;  ///< wants to know of subscriptions that reach it; null: there is none
  shard_view* view = nullptr;      ///< null: nobody looks in
  follow_book* follows = nullptr;  ///< null: nobody follows publications
};

class shard_state;
using shard_actor = caf::stateful_actor<shard_state, runtime::pinned_actor>;

/// The router for its share of the topics: matches publications and hands them to the loops of their receivers. A topic
/// has one shard, and mail keeps its order: what one client publishes to a topic stays in order [MQTT-4.6.0-5,
/// MQTT-4.6.0-6].
caf::behavior shard(shard_actor* self, shard_setup setup);

class shard_state {
public:
  explicit shard_state(shard_actor* self) : self_{self} {}
  ~shard_state();

  const char* name = "shard";

  void begin(shard_setup setup);
  void route(const route_batch& batch);
  void subscribe(const actors::subscribe& request);
  void unsubscribe(const actors::unsubscribe& request);
  void resubscribe(const actors::resubscribe& part);
  void redispatch(const actors::redispatch& left_behind);
  void presence(const actors::presence& change) { index_->set_connected(change.session, change.connected); }
  void continue_walk(std::uint64_t number);
  void abandon_walk(std::uint64_t number) { setup_.retained->walks.erase(number); }
  void sweep() { setup_.retained->index.sweep(sweep_step, self_->loop().now()); }

private:
  static constexpr std::size_t walk_step = 256;  ///< topics looked at before others have their turn
  static constexpr std::size_t sweep_step = 1'000;

  std::uint32_t number() const noexcept { return self_->loop().index(); }
  void insert(const subscription& what, session_ref who);
  void await_subscriptions();
  void rebuild();
  void collect(const publication_ptr& what, std::uint32_t number);
  void tell_matched(const publication& what) const;
  std::uint32_t send_collected(batch_id id, std::uint64_t first_message);
  std::size_t step() const noexcept;
  bool retain(const publication_ptr& what);
  void sample(const route_batch& batch) const;
  void begin_walk(session_ref who, const actors::subscribe::entry& entry);

  shard_actor* self_;
  shard_setup setup_;
  std::unique_ptr<subscription_index> index_;
  match_result match_;
  std::vector<deliver_batch*> open_;                     ///< by loop, this batch's; null: no receiver there yet
  std::vector<ref_ptr<const deliver_batch>> collected_;  ///< owns them
  std::uint32_t answers_missing_ = 0;                    ///< loops that have not sent all their subscriptions
};

}  // namespace troupe::actors
