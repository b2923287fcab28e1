#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "actors/admin/inquiries.hpp"

namespace troupe::admin {

/// What became of a removal.
struct removal {
  std::size_t removed = 0;  ///< messages
  bool more = false;        ///< it was given up before the end: shards did not follow, or 20 seconds were over
};

/// Removes the retained message of a topic as a client would, by a retained publication without a payload, so that
/// subscribers see it and the store hears of it. `then` is called on the admin's thread when the shard has done it, or
/// has not within a second.
void remove_retained(inquiries& ask, std::string topic, std::function<void(removal)> then);

/// The same for all topics that begin with `prefix`, some hundreds at a time, of which the shards have to be through
/// with the last before the next follow. Precondition: the prefix is not empty.
void remove_retained_below(inquiries& ask, std::string prefix, std::function<void(removal)> then);

}  // namespace troupe::admin
