#pragma once

#include <memory>
#include <vector>

#include "actors/durability/node_store.hpp"
#include "actors/health.hpp"
#include "actors/runtime/actor_tree.hpp"
#include "actors/station.hpp"
#include "config/load.hpp"

namespace troupe::admin {

/// The parts of a node that its operator looks into. They outlive the admin service.
struct node_view {
  const config::options& options;
  const std::map<std::string, config::origin>& origins;  ///< where the options come from
  const std::vector<std::unique_ptr<actors::station>>& stations;
  const std::vector<std::shared_ptr<transport::listener>>& listeners;
  runtime::actor_tree& tree;
  actors::node_store& store;
  const actors::health& health;
  actors::follow_book& follows;
};

}  // namespace troupe::admin
