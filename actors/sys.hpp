#pragma once

#include <vector>

#include <caf/stateful_actor.hpp>

#include "actors/runtime/pinned_actor.hpp"
#include "actors/workplace.hpp"
#include "persistence/store.hpp"

namespace troupe::actors {

/// Publish one round of $SYS/brokers/... Sent by the node every sys.interval.
struct publish_sys {};

class sys_state;
using sys_actor = caf::stateful_actor<sys_state, runtime::pinned_actor>;

/// Publishes the node's own figures, retained, below $SYS/brokers/. `at` is the workplace of its loop; `all` are those
/// of every loop, of which it reads the counters.
caf::behavior sys(sys_actor* self, workplace* at, std::vector<const workplace*> all);

class sys_state {
public:
  const char* name = "sys";

  void begin(workplace* at, std::vector<const workplace*> all);
  void publish_round();

private:
  void publish_store(const persistence::stats& now);
  template <class Read>
  std::uint64_t sum(Read read) const;
  void publish(std::string_view name_below, std::string_view value);
  void publish(std::string_view name_below, std::uint64_t value);

  workplace* at_ = nullptr;
  std::vector<const workplace*> all_;
};

}  // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::publish_sys)
