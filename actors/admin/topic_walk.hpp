#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "actors/admin/inquiries.hpp"
#include "routing/retained_index.hpp"
#include "routing/topic_level.hpp"

namespace troupe::admin {

/// Tells a page of the topic tree of what all shards have, some hundreds of places at a time, so that no loop is held
/// up: first what is retained, in the order of the topics, which ends with the page; then all filters, which are in no
/// order; then what was published, if somebody looks. A million filters take some 0.1 s of loop time altogether.
///
/// `page` belongs to the walk until `done`, which is called on the admin's thread and says whether rates are known: the
/// first look begins the watch that they come from.
void walk_topics(inquiries& ask, std::shared_ptr<topic_level> page, std::function<void(bool)> done);

/// Retained messages of all shards whose topic begins with a text, in the order of the index.
struct retained_query {
  std::string prefix;          ///< of the topic; empty: all
  retained_index::place from;  ///< not before `prefix`
  std::size_t count_max = 0;   ///< messages
};

/// Reads the first `count_max` of them, some hundreds of places at a time. `then` gets them in order on the admin's
/// thread; fewer than `count_max`: there are no more. The payloads are shared, not copied.
void read_retained(inquiries& ask, retained_query what, std::function<void(std::vector<retained_index::kept>)> then);

}  // namespace troupe::admin
