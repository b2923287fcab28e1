#pragma once

#include <memory>
#include <vector>

#include <caf/stateful_actor.hpp>

#include "actors/runtime/pinned_actor.hpp"
#include "actors/station.hpp"
#include "transport/listener.hpp"

namespace troupe::actors {

/// Read certificate and key again; links that are open go on with what they have.
struct reload_certificates {};
/// Close the listening sockets; links stay.
struct stop_listening {};

class listener_state;
using listener_actor = caf::stateful_actor<listener_state, runtime::pinned_actor>;

/// One configured listener. Its sockets are the loops'; the actor starts, stops and reloads them.
caf::behavior listener(listener_actor* self, std::shared_ptr<transport::listener> what, std::vector<station*> stations);

class listener_state {
public:
  const char* name = "listener";
};

}  // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::reload_certificates)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::stop_listening)
