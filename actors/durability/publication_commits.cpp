#include "actors/durability/publication_commits.hpp"

#include <algorithm>

#include "actors/delivery.hpp"
#include "actors/durability/durability.hpp"
#include "actors/durability/rows.hpp"
#include "actors/workplace.hpp"
#include "persistence/keys.hpp"

namespace troupe::actors {

namespace {

using persistence::outcome;

mqtt::reason refusal_of(outcome how) noexcept {
  if (how == outcome::done) return mqtt::reason::success;
  return how == outcome::failed ? mqtt::reason::unspecified_error : mqtt::reason::quota_exceeded;
}

/// Puts one batch of publications together for the store.
class publication_rows {
public:
  publication_rows(std::uint64_t first_message, std::size_t publications)
    : first_message_{first_message},
      references_(publications),
      concerned_(publications) {}

  void add(const kept_part& part) {
    rows.append(part.rows);
    for (const auto& each : part.held) references_[each.publication] += each.references;
  }
  template <class BodyOf>
  void add_bodies(BodyOf body_of) {
    for (std::size_t i = 0; i < references_.size(); ++i) {
      if (references_[i] == 0) continue;
      concerned_[i] = true;
      put_message(rows, first_message_ + i, references_[i], message_of(body_of(i), time_));
    }
  }
  void retain(const dispatched::retention& how, const troupe::publication& what, retained_order& order) {
    concerned_[how.publication] = true;
    if (!order.take(what.topic(), how.number)) return;
    if (what.payload().empty())
      rows.erase(persistence::table::retained, what.topic());
    else
      put_retained(rows, message_of(what, time_));
  }
  void received(std::size_t publication, std::uint64_t session, std::uint16_t packet_id) {
    concerned_[publication] = true;
    persistence::put_inbound(rows, session, packet_id);
  }
  /// Whether the store has to know of this publication.
  bool concerns(std::size_t publication) const noexcept { return concerned_[publication]; }

  persistence::batch rows;

private:
  std::uint64_t first_message_;
  wall_time time_ = wall_time::now();
  std::vector<std::uint32_t> references_;
  std::vector<bool> concerned_;
};

/// Who does not have to wait for the store.
void answer_others(workplace& at, route_desk::routed_batch& of, const publication_rows& rows) {
  std::vector<route_desk::waiting> now, later;
  for (std::size_t i = 0; i < of.waiting_for.size(); ++i) (rows.concerns(i) ? later : now).push_back(of.waiting_for[i]);
  of.waiting_for = std::move(later);
  answer_publishers(at, now);
}

}  // namespace

// Its packet id may be finished already, by a client that does not wait for PUBREC.
publication_commits::sender publication_commits::sender_of(const route_desk::waiting& whom) const {
  if (whom.result.qos != qos::exactly_once) return {};
  const auto* seat = at_.sessions.find(whom.publisher);
  if (!seat || seat->record().durable == 0 || !seat->record().inbound) return {};
  const auto& inbound = *seat->record().inbound;
  if (inbound.position(whom.packet_id) == inbound.exactly_once.size()) return {};
  return {whom.publisher, seat->record().durable, whom.packet_id};
}

// Most batches need not be looked at closer.
bool publication_commits::concerns_store(const route_desk::routed_batch& what) const {
  return !what.kept.empty() || !what.retained.empty() ||
         std::ranges::any_of(what.waiting_for, [&](const auto& each) { return sender_of(each).number != 0; });
}

void publication_commits::finish(route_desk::routed_batch what) {
  if (at_.durable->stopped()) return;
  const auto shard = what.shard;
  if (concerns_store(what))
    in_line_.emplace(std::pair{shard, what.number}, std::move(what));
  else
    answer_publishers(at_, what.waiting_for);
  const auto before = std::pair{shard, at_.routes.oldest_under_way(shard)};
  for (auto next = in_line_.lower_bound({shard, 0}); next != in_line_.end() && next->first < before;) {
    auto batch = std::move(next->second);
    next = in_line_.erase(next);
    commit(std::move(batch));
  }
}

void publication_commits::commit(route_desk::routed_batch what) {
  auto order = what.retained.empty() ? std::unique_lock<std::mutex>{} : at_.durable->store().retained_order().lock();
  const auto& publications = what.publications->publications;
  publication_rows rows{what.publications->first_message, publications.size()};
  for (const auto& each : what.kept) rows.add(*each.kept);
  rows.add_bodies([&](std::size_t i) -> const publication& { return *publications[i]; });
  for (const auto& each : what.retained)
    rows.retain(each, *publications[each.publication], at_.durable->store().retained_order());
  std::vector<sender> senders;
  for (std::size_t i = 0; i < what.waiting_for.size(); ++i) {
    const auto from = sender_of(what.waiting_for[i]);
    if (from.number == 0) continue;
    rows.received(i, from.number, from.packet_id);
    senders.push_back(from);
  }
  ++under_way_;
  auto waiting = std::make_shared<under_commit>(under_commit{std::move(what), std::move(senders)});
  at_.durable->desk().commit(std::move(rows.rows), [this, waiting](persistence::result& how) {
    --under_way_;
    committed(*waiting, how);
  });
  if (order) order.unlock();
  answer_others(at_, waiting->batch, rows);
}

void publication_commits::committed(const under_commit& done, const persistence::result& how) {
  const auto& what = done.batch;
  at_.durable->store().note(how);
  const auto kept = how.outcome == outcome::done;
  for (const auto& each : what.kept) {
    const stored news{what.publications->id, kept};
    if (each.loop == at_.loop.index())
      at_.durable->deliveries().settle(news.id, kept);
    else
      at_.office.send(each.loop, runtime::role::store, news);
  }
  for (const auto& each : done.senders)  // it ended meanwhile, and all its rows but this one
    if (kept && at_.durable->number_of(each.who) != each.number)
      at_.durable->changes().open().erase(persistence::table::inbound,
                                          persistence::inbound_key{each.number, each.packet_id});
  auto answers = what.waiting_for;
  for (auto& each : answers) {
    if (kept) break;
    each.result.refused = refusal_of(how.outcome);
    at_.counters.drops[static_cast<std::size_t>(session::drop_reason::not_stored)].add();
  }
  answer_publishers(at_, answers);
}

void publication_commits::keep(const deliver_batch& what, std::uint64_t first_message, batch_id as,
                               const kept_part& part) {
  publication_rows rows{first_message, what.entries.size()};
  rows.add(part);
  rows.add_bodies([&](std::size_t i) -> const publication& { return *what.entries[i].body; });
  ++under_way_;
  at_.durable->desk().commit(std::move(rows.rows), [this, as](persistence::result& how) {
    --under_way_;
    at_.durable->store().note(how);
    at_.durable->deliveries().settle(as, how.outcome == outcome::done);
  });
}

}  // namespace troupe::actors
