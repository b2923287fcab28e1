#pragma once

#include <cstddef>
#include <string_view>

#include "config/options.hpp"
#include "routing/publication.hpp"

namespace troupe {
class access_rules;
}

namespace troupe::session {

class authenticator;

/// What a decision may know besides the record and its input. Views are valid during the call.
struct environment {
  const config::limits& limits;
  time_point now{};
  session_ref self{};
  std::string_view mount_point{};                 ///< put before every topic of this client, taken away towards it
  const access_rules* access = nullptr;           ///< null: everything is allowed
  const authenticator* authentication = nullptr;  ///< for re-authentication; null: AUTH is a protocol error
  std::string_view response_information{};        ///< told to a client that asks for it; empty: none
  std::uint64_t durable_number = 0;               ///< for a session that becomes durable; 0: there is no store
  bool storage_full = false;                      ///< nothing new can be made durable at present
  /// Bytes that may join effects.out before the link is congested; 0: deliveries wait in the queue.
  std::size_t outbox_room = 0;
  bool fault_injection = false;       ///< allowed by the configuration, and the peer is on this machine
  bool disconnect_on_denied = false;  ///< cut a client that publishes where it may not
  bool paused = false;                ///< the node does not read this link: its silence is not the client's
};

}  // namespace troupe::session
