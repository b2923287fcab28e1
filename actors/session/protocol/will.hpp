#pragma once

#include <cstdint>
#include <optional>

#include "routing/publication.hpp"

namespace troupe::session {

/// A will as the session keeps it: published as a copy of `body`, whose Message Expiry starts when it is published.
struct stored_will {
  publication_ptr body;
  std::uint32_t delay = 0;                      ///< Will Delay Interval, seconds
  std::optional<std::uint32_t> message_expiry;  ///< seconds
};

/// What is routed when the will is due.
publication_ptr publish_will(const stored_will& will, session_ref publisher, std::uint32_t publisher_hash,
                             time_point now);

}  // namespace troupe::session
