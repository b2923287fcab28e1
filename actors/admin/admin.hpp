#pragma once

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>

#include "actors/admin/service.hpp"

namespace troupe::actors {

/// Gives the admin service a thread: it is to be detached. What escapes from a request ends the actor, its successor
/// goes on with the same service, and nobody else notices.
caf::behavior admin(caf::event_based_actor* self, troupe::admin::service* what);

}  // namespace troupe::actors
