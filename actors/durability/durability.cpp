#include "actors/durability/durability.hpp"

#include "actors/following/follow_book.hpp"
#include "actors/workplace.hpp"
#include "persistence/keys.hpp"
#include "routing/topic.hpp"

namespace troupe::actors {

durability::durability(workplace& at, node_store& store)
  : at_{at},
    store_{store},
    desk_{*store, at.office, at.loop.index()},
    changes_{store, desk_, at.sessions},
    deliveries_{at},
    publications_{at},
    sleepers_{at},
    restoration_{at} {}

std::uint64_t durability::number_of(session_ref who) const noexcept {
  if (const auto* seat = at_.sessions.find(who)) return seat->record().durable;
  const auto* asleep = at_.sessions.find_dormant(who);
  return asleep ? asleep->number : 0;
}

void durability::stop() {
  changes_.close();
  stopped_ = true;
}

void durability::deliver(pending_deliveries::place what) {
  if (stopped_) return;  // it stays in the store
  if (auto* seat = at_.sessions.find(what.session)) {
    const auto durable = seat->record().durable == what.number;
    if (!durable) forget(what);
    const auto& of = what.what;
    return seat->deliver(of.body, {.qos = of.qos,
                                   .retained = of.retain,
                                   .identifiers = of.identifiers(),
                                   .group = of.group(),
                                   .sequence = durable ? of.more->sequence : 0,
                                   .message = durable ? of.more->message : 0});
  }
  auto* asleep = at_.sessions.find_dormant(what.session);
  if (asleep && asleep->number == what.number && what.what.body->followed() && at_.follows)
    at_.follows->told(*what.what.body, asleep->client_id.view(), fate::stored, "stored: its session sleeps");
  if (asleep && asleep->number == what.number) return sleepers_.deliver(*asleep, std::move(what));
  forget(what);
  at_.counters.stale_deliveries.add();
  if (what.what.group().empty()) return;
  const auto shard = shard_of(what.what.body->topic(), at_.office.loops());
  at_.office.send(shard, runtime::role::shard, redispatch{what.what.body, what.what.group(), what.session});
}

// The session that it was kept for is over, or is not durable any more.
void durability::forget(const pending_deliveries::place& what) {
  auto& rows = changes_.open();
  rows.erase(persistence::table::queue, persistence::queue_key{what.number, what.what.more->sequence});
  if (const auto message = what.what.more->message) rows.release(message);
}

}  // namespace troupe::actors
