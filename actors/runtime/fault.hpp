#pragma once

#include <stdexcept>

#include <caf/event_based_actor.hpp>

namespace troupe::runtime {

/// What an injected fault throws (debug.allow_fault_injection).
struct injected_fault : std::runtime_error {
  injected_fault() : std::runtime_error{"injected fault"} {}
};

/// Makes the actor's next handler throw, by exchanging its behaviour: the usual one holds no branch for it.
void become_faulty(caf::event_based_actor* self);

}  // namespace troupe::runtime
