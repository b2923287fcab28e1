#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "routing/publication.hpp"
#include "routing/shared_text.hpp"

namespace troupe::session {

/// How a publication reaches one session: what the subscriptions that matched ask for.
struct addressing {
  troupe::qos qos = troupe::qos::at_most_once;  ///< granted to the subscription; the publication's own caps it
  bool retain_as_published = false;
  bool retained = false;                       ///< sent because of a SUBSCRIBE, not live
  std::span<const std::uint32_t> identifiers;  ///< Subscription Identifiers of all filters that matched
  shared_text group;                           ///< the whole `$share/<group>/<filter>`; empty: not shared
  std::uint64_t sequence = 0;                  ///< the place that a store has for it in the session's queue; 0: none
  std::uint64_t message = 0;                   ///< under which the store keeps the body; 0: it is in that place, too
};

/// A publication on its way to one subscriber, as queue and in-flight window keep it.
struct delivery {
  /// What few deliveries have: several subscription identifiers, a shared group, a place in a store.
  struct extras {
    shared_text group;
    std::vector<std::uint32_t> identifiers;
    std::uint64_t sequence = 0;  ///< its place in the session's queue there; 0: this delivery is not durable
    std::uint64_t message = 0;   ///< of the body in the store; 0: the body is in that place, too
  };

  publication_ptr body;
  std::unique_ptr<extras> more;
  std::uint32_t identifier = 0;  ///< the only subscription identifier; 0: none, or all are in `more`
  troupe::qos qos = troupe::qos::at_most_once;
  bool retain = false;
  bool followed = false;  ///< as its publication, which is gone once PUBREC came

  std::span<const std::uint32_t> identifiers() const noexcept {
    if (more && !more->identifiers.empty()) return more->identifiers;
    return {&identifier, identifier == 0 ? 0u : 1u};
  }
  shared_text group() const noexcept { return more ? more->group : shared_text{}; }
  bool durable() const noexcept { return more && more->sequence != 0; }
};

static_assert(sizeof(delivery) == 24);

/// The delivery that `to` asks for. Allocates when it has a group or several identifiers.
delivery make_delivery(const publication_ptr& body, const addressing& to);

/// The RETAIN flag it is sent with.
bool outgoing_retain(const publication& body, const addressing& to) noexcept;

}  // namespace troupe::session
