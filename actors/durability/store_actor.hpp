#pragma once

#include <caf/stateful_actor.hpp>

#include "actors/runtime/pinned_actor.hpp"
#include "actors/workplace.hpp"

namespace troupe::actors {

class store_state;
using store_actor = caf::stateful_actor<store_state, runtime::pinned_actor>;

/// Takes the store's answers on its loop, and what other loops say of it.
caf::behavior store(store_actor* self, workplace* at);

class store_state {
public:
  const char* name = "store";
};

}  // namespace troupe::actors
