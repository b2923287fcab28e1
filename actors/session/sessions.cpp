#include "actors/session/sessions.hpp"

#include <caf/all.hpp>

#include "actors/durability/durability.hpp"
#include "actors/runtime/fault.hpp"
#include "routing/topic.hpp"

namespace troupe::actors {

namespace {

/// Subscriptions in one message to a shard that is being rebuilt.
constexpr std::size_t resubscribe_entries_max = 4096;

template <class F>
void for_each_session(workplace& at, F visit) {
  for (std::uint32_t slot = 0; slot < at.sessions.slots(); ++slot)
    if (auto* seat = at.sessions.at(slot)) visit(*seat);
}

// Of a durable session not before the store has forgotten it: the next one of that id may be on another loop.
void end_for_clean_start(workplace& at, const evict& order) {
  auto tell = [&at, order] {
    at.office.send(registry_of(order.client_id, at.office.loops()), runtime::role::registry, evicted{order.client_id});
  };
  const auto durable = at.durable && at.durable->number_of(order.session) != 0;
  auto end = [&at, order, tell, durable](session_seat* seat) {
    if (seat) {
      if (seat->link()) at.chronicle.taken_over(order.client_id.view(), order.address.view());
      seat->kick(mqtt::reason::session_taken_over);
      seat->end();
    } else if (at.durable) {
      at.durable->sleepers().forget(order.session);
    }
    if (!durable) return tell();
    at.durable->changes().after(tell);
  };
  if (durable)
    at.durable->sleepers().wake(order.session, end);
  else
    end(at.sessions.find(order.session));
}

void tell_subscriptions(workplace& at, const recall& asked) {
  resubscribe part{asked.epoch, false, {}};
  auto send = [&] {
    at.office.send(asked.shard, runtime::role::shard, std::exchange(part, {asked.epoch, false, {}}),
                   runtime::mail_class::rebuilding);
  };
  for_each_session(at, [&](session_seat& seat) {
    if (!seat.link()) seat.tell_presence();
    seat.record().subscriptions.for_each([&](const subscription& what) {
      auto home = shard_of_filter(what.filter, at.office.loops());
      if (home && *home != asked.shard) return;
      part.entries.emplace_back(seat.self(), what);
      if (part.entries.size() == resubscribe_entries_max) send();
    });
  });
  auto finish = [&at, asked] {
    at.office.send(asked.shard, runtime::role::shard, resubscribe{asked.epoch, true, {}},
                   runtime::mail_class::rebuilding);
  };
  send();
  if (at.durable)
    at.durable->restoration().tell_dormant_subscriptions(asked, finish);
  else
    finish();
}

void change_rules(workplace& at, const change_access& to) {
  at.access = to.rules;
  for_each_session(at, [](session_seat& seat) { seat.access_changed(); });
}

void disconnect_everybody(workplace& at, mqtt::reason why) {
  at.handshakes.stop(why);
  for_each_session(at, [=](session_seat& seat) { seat.kick(why); });
}

}  // namespace

caf::behavior sessions(sessions_actor* self, workplace* at) {
  return {
    [=](const authenticated& m) { at->handshakes.authenticated(m); },
    [=](const grant& m) { at->handshakes.granted(m); },
    [=](const resume_session& m) { at->handshakes.arrived(m); },
    [=](const evict& m) { end_for_clean_start(*at, m); },
    [=](const recall& m) { tell_subscriptions(*at, m); },
    [=](const change_access& m) { change_rules(*at, m); },
    [=](const disconnect_all& m) { disconnect_everybody(*at, m.reason); },
    [=](const crash_session& m) {
      if (auto* seat = at->sessions.find(m.session)) seat->make_faulty();
    },
    [=](const crash_next&) { runtime::become_faulty(self); },
  };
}

}  // namespace troupe::actors
