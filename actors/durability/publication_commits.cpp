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

/// The most bytes of a message that stands in its queue entry's row: that is written again when its state changes.
constexpr std::size_t own_body_max = 4096;

/// Puts one batch of publications together for the store.
class publication_rows {
public:
  publication_rows(std::uint64_t first_message, std::size_t publications)
    : references_(publications),
      concerned_(publications),
      own_{first_message, std::vector<bool>(publications)} {}

  /// Entries of queues. All parts have to be counted before bodies are written, and those before the first part is.
  void count(const kept_part& part) {
    for (const auto& each : part.entries) ++references_[each.publication];
  }
  template <class BodyOf>
  void put_bodies(BodyOf body_of) {
    for (std::size_t i = 0; i < references_.size(); ++i) {
      if (references_[i] == 0) continue;
      concerned_[i] = true;
      const publication& body = body_of(i);
      own_.of[i] = references_[i] == 1 && row_bytes(body) <= own_body_max;
      if (!own_.of[i]) put_message(rows, own_.first_message + i, references_[i], message_of(body, time_));
    }
  }
  template <class BodyOf>
  void put_entries(const kept_part& part, BodyOf body_of) {
    std::string_view rest = part.rows;
    for (const auto& each : part.entries) {
      const auto encoded = rest.substr(0, each.bytes);
      rest.remove_prefix(each.bytes);
      if (own_.of[each.publication])
        put_entry(rows, each.session, each.sequence, encoded, message_of(body_of(each.publication), time_));
      else
        put_entry(rows, each.session, each.sequence, encoded, own_.first_message + each.publication);
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

  /// Which bodies were written with their entries.
  std::shared_ptr<const own_bodies> own() const { return std::make_shared<const own_bodies>(own_); }

  persistence::batch rows;

private:
  wall_time time_ = wall_time::now();
  std::vector<std::uint32_t> references_;
  std::vector<bool> concerned_;
  own_bodies own_;
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
  const auto body_of = [&](std::size_t i) -> const publication& { return *publications[i]; };
  for (const auto& each : what.kept) rows.count(*each.kept);
  rows.put_bodies(body_of);
  for (const auto& each : what.kept) rows.put_entries(*each.kept, body_of);
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
  auto waiting = std::make_shared<under_commit>(under_commit{std::move(what), std::move(senders), rows.own()});
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
    const stored news{what.publications->id, kept, done.own};
    if (each.loop == at_.loop.index())
      at_.durable->deliveries().settle(news);
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
  const auto body_of = [&](std::size_t i) -> const publication& { return *what.entries[i].body; };
  rows.count(part);
  rows.put_bodies(body_of);
  rows.put_entries(part, body_of);
  ++under_way_;
  at_.durable->desk().commit(std::move(rows.rows), [this, as, own = rows.own()](persistence::result& how) {
    --under_way_;
    at_.durable->store().note(how);
    at_.durable->deliveries().settle({as, how.outcome == outcome::done, own});
  });
}

}  // namespace troupe::actors
