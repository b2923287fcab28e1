#pragma once

#include <memory>
#include <vector>

#include "actors/alarms.hpp"
#include "actors/bans/ban_book.hpp"
#include "actors/durability/node_store.hpp"
#include "actors/health.hpp"
#include "actors/runtime/actor_tree.hpp"
#include "actors/station.hpp"
#include "config/live_options.hpp"

namespace troupe::admin {

/// The parts of a node that its operator looks into. They outlive the admin service.
struct node_view {
  const config::options& options;  ///< what the node was started with
  config::live_options& live;      ///< what is in force now
  actors::ban_book& bans;          ///< of the admin's thread
  const std::vector<std::unique_ptr<actors::station>>& stations;
  const std::vector<std::shared_ptr<transport::listener>>& listeners;
  runtime::actor_tree& tree;
  actors::node_store& store;
  const actors::health& health;
  actors::follow_book& follows;
  const actors::alarms& alarms;
};

}  // namespace troupe::admin
