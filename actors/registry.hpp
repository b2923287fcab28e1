#pragma once

#include <caf/stateful_actor.hpp>

#include "actors/runtime/pinned_actor.hpp"
#include "actors/workplace.hpp"

namespace troupe::actors {

class registry_state;
using registry_actor = caf::stateful_actor<registry_state, runtime::pinned_actor>;

/// Client id to session, for its share of the ids: the one place where CONNECTs with one id meet.
caf::behavior registry(registry_actor* self, workplace* at);

class registry_state {
public:
  const char* name = "registry";
};

}  // namespace troupe::actors
