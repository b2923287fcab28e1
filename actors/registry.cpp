#include "actors/registry.hpp"

#include <caf/all.hpp>

#include "actors/runtime/fault.hpp"

namespace troupe::actors {

namespace {

void tell(runtime::post_office& office, registry_table::step step) {
  if (auto* yes = std::get_if<grant>(&step)) {
    auto loop = yes->who.loop;
    office.send(loop, runtime::role::sessions, std::move(*yes));
  } else if (auto* first = std::get_if<evict>(&step)) {
    auto loop = first->session.loop;
    office.send(loop, runtime::role::sessions, std::move(*first));
  }
}

}  // namespace

caf::behavior registry(registry_actor* self, registry_table* table, runtime::post_office* office) {
  return {
    [=](const claim& m) { tell(*office, table->claim(m)); },
    [=](const registered& m) { tell(*office, table->registered(m)); },
    [=](const abandoned& m) { tell(*office, table->abandoned(m.client_id)); },
    [=](const evicted& m) { tell(*office, table->evicted(m.client_id)); },
    [=](const unregister& m) { tell(*office, table->unregister(m)); },
    [=](const crash_session& m) {
      if (auto who = table->find(m.client_id))
        office->send(who.loop, runtime::role::sessions, crash_session{m.client_id, who});
    },
    [=](const crash_next&) { runtime::become_faulty(self); },
  };
}

}  // namespace troupe::actors
