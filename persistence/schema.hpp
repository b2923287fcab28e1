#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "persistence/engine.hpp"

namespace troupe::persistence {

/// Of the rows that this version of the node writes.
/// 1: the first.
/// 2: QueueEntry.bytes, so that a queue can be counted without reading what is in it.
inline constexpr std::uint32_t schema_version = 2;

/// Of the rows in a store; 0: it does not say.
status read_version(engine& what, std::uint32_t& version);
/// Whether there is no row in any table but the version.
status is_empty(engine& what, bool& empty);

/// Makes the rows of an older version those of this one, and writes the version into an empty store. Interrupted, it is
/// simply done again. An error for a store of a later version, which is left as it is.
status bring_up_to_date(engine& what, std::vector<std::string>& notes);

}  // namespace troupe::persistence
