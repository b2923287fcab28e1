#pragma once

#include <cstdint>

#include "routing/publication.hpp"
#include "routing/session_ref.hpp"
#include "routing/shared_text.hpp"

namespace troupe {

/// One receiver of a publication: a session and what its subscriptions ask for.
struct target {
  session_ref session;
  qos maximum_qos = qos::at_most_once;
  bool retain_as_published = false;
  bool no_local = false;          ///< of a stored subscription; means nothing in a match
  bool more_identifiers = false;  ///< in a match: match_result::identifiers() has further ones of this session
  std::uint32_t identifier = 0;   ///< a subscription identifier, 0: none
};

static_assert(sizeof(target) == 16);

/// The member of a shared subscription that a publication goes to.
struct shared_target {
  target to;
  shared_text group;  ///< the whole filter, `$share/<group>/` included: the name to dispatch again by
};

/// A subscription identifier beyond the first one of a session that several filters matched.
struct further_identifier {
  session_ref session;
  std::uint32_t identifier = 0;
};

/// What the choice of a shared subscription's member may depend on.
struct origin {
  session_ref publisher;             ///< names nobody for the node's own messages
  std::uint32_t publisher_hash = 0;  ///< of the publisher's client id
};

}  // namespace troupe
