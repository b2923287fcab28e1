#include "actors/registry.hpp"

#include <caf/all.hpp>

#include "actors/durability/durability.hpp"
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

// While the node reads what its store has, a client that nobody knows may still have a session there.
void claim_for(workplace& at, const claim& wanted) {
  auto serve = [&at, wanted](bool known) {
    if (known) return tell(at.office, at.registry.claim(wanted));
    at.office.send(wanted.who.loop, runtime::role::sessions,
                   authenticated{wanted.who, mqtt::reason::server_unavailable});
  };
  if (!at.durable || at.durable->restoration().knows(wanted.client_id)) return serve(true);
  at.durable->restoration().look_up(wanted.client_id, serve);
}

}  // namespace

caf::behavior registry(registry_actor* self, workplace* at) {
  auto* table = &at->registry;
  auto* office = &at->office;
  return {
    [=](const claim& m) { claim_for(*at, m); },
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
