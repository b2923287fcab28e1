#pragma once

#include <bitset>
#include <string>

#include "actors/admin/history/event.hpp"

namespace troupe::admin {

/// Which events somebody wants to see. An empty part lets everything pass.
struct event_filter {
  std::bitset<event_kinds> kinds{};
  std::string client_prefix{};
  std::string path_prefix{};  ///< of the actor

  event_filter& add(event_kind kind) {
    kinds.set(static_cast<std::size_t>(kind));
    return *this;
  }

  bool matches(const event_view& what) const noexcept {
    return (kinds.none() || kinds[static_cast<std::size_t>(what.kind)]) && what.client.starts_with(client_prefix) &&
           what.actor.starts_with(path_prefix);
  }
};

}  // namespace troupe::admin
