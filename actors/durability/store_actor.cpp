#include "actors/durability/store_actor.hpp"

#include <caf/all.hpp>

#include "actors/durability/durability.hpp"
#include "actors/runtime/fault.hpp"

namespace troupe::actors {

caf::behavior store(store_actor* self, workplace* at) {
  auto* durable = at->durable.get();
  return {
    [=](const store_answered&) { durable->desk().take_answers(); },
    [=](const stored& m) { durable->deliveries().settle(m); },
    [=](const restore_rows& m) { durable->restoration().take(m); },
    [=](const restored&) { durable->restoration().page_taken(); },
    [=](const crash_next&) { runtime::become_faulty(self); },
  };
}

}  // namespace troupe::actors
