#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "actors/bans/ban_desk.hpp"
#include "actors/chronicle.hpp"
#include "actors/counters.hpp"
#include "actors/handles.hpp"
#include "actors/registry_table.hpp"
#include "actors/router/request_desk.hpp"
#include "actors/router/route_desk.hpp"
#include "actors/router/shard.hpp"
#include "actors/runtime/actor_tree.hpp"
#include "actors/runtime/event_loop.hpp"
#include "actors/session/handshakes.hpp"
#include "actors/session/session_table.hpp"
#include "config/options.hpp"
#include "transport/timer_wheel.hpp"

namespace troupe::actors {

class durability;
class event_topics;
class follow_book;
class node_store;

/// A timer of a loop: of a session, or of a connection that has none yet.
struct timer {
  session_ref session;  ///< names nobody: of a candidate
  std::uint32_t candidate = 0;
  bool ordered_wait = false;  ///< of a session: see session_seat::waited
};

/// Everything of one loop that outlives the actors working with it: its sessions and their records, what is under way
/// to the shards, what is retained, who has which client id. Touched by its loop only, the counters excepted.
struct workplace {
  workplace(runtime::event_loop& loop, runtime::post_office& office, const config::options& options,
            runtime::actor_tree& tree, std::shared_ptr<retained_budget> budget, node_store* store = nullptr);
  ~workplace();

  /// Fires what is due.
  void advance_timers();

  runtime::event_loop& loop;
  runtime::post_office& office;
  config::options options;  ///< its own: what an operator changes is changed by a task of this loop
  time_point started;       ///< of the node
  runtime::actor_tree& tree;
  actors::counters counters;
  actors::chronicle chronicle;
  event_topics* events = nullptr;                          ///< null: none are published. Set before the loop runs
  follow_book* follows = nullptr;                          ///< of the node; null: nobody follows publications
  const ban_desk* bans = nullptr;                          ///< null: nobody is banned
  access_rules_ptr access;                                 ///< null: everything is allowed
  std::function<void(authenticate)> passwords;             ///< asks `auth`; empty: there is no password file
  const session::authenticator* authentication = nullptr;  ///< of enhanced authentication; null: none is offered
  std::function<bool()> sessions_full;  ///< whether node_limits.sessions_max is reached; empty: no limit
  std::function<std::unique_ptr<transport::link>(transport::link&)> release_link;  ///< to another loop
  std::function<transport::link&(std::unique_ptr<transport::link>)> adopt_link;    ///< from another loop
  transport::timer_wheel<timer> timers;
  session::effects effects;  ///< of the handler that runs; empty between handlers

  route_desk routes;
  request_desk requests;
  registry_table registry;
  retained_desk retained;
  session_table sessions;
  actors::handshakes handshakes;
  std::unique_ptr<actors::durability> durable;  ///< null: nothing outlives the node

  std::uint32_t delivery_progress = 0;  ///< entries of the batch that a crashed delivery had finished
};

/// Carries out a PUBLISH to $SYS/debug/crash/session/<client id>, /shard/<n>, /delivery/<n> or /registry/<n>.
void inject_fault(workplace& at, std::string_view topic);

}  // namespace troupe::actors
