#pragma once

#include <functional>
#include <memory>
#include <set>
#include <utility>

#include "actors/admin/http/reception.hpp"

namespace troupe::admin {

class connection;

/// What all connections share. Lives as long as the last of them.
struct server_state {
  server_state(server_options with, router calls, std::shared_ptr<gatekeeper> decides,
               std::shared_ptr<const assets> of_console)
    : options{std::move(with)},
      routes{std::move(calls)},
      gate{std::move(decides)},
      files{std::move(of_console)} {}
  server_state(const server_state&) = delete;
  server_state& operator=(const server_state&) = delete;

  const server_options options;
  server_counters counters;
  const router routes;
  const std::shared_ptr<gatekeeper> gate;
  const std::shared_ptr<const assets> files;
  admin::reception reception{options, routes, *gate, *files};
  bool is_stopping = false;
  std::set<connection*> connections;   ///< kept by their own work
  std::function<void()> on_last_gone;  ///< called when no connection is left
};

}  // namespace troupe::admin
