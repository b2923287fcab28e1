#pragma once

#include <caf/stateful_actor.hpp>

#include "actors/runtime/pinned_actor.hpp"
#include "actors/workplace.hpp"

namespace troupe::actors {

class sessions_state;
using sessions_actor = caf::stateful_actor<sessions_state, runtime::pinned_actor>;

/// Starts, finds and ends the sessions of one loop on behalf of everybody else.
caf::behavior sessions(sessions_actor* self, workplace* at);

class sessions_state {
public:
  const char* name = "sessions";
};

}  // namespace troupe::actors
