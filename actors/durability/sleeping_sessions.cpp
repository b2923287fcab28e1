#include "actors/durability/sleeping_sessions.hpp"

#include <unordered_set>

#include "actors/durability/durability.hpp"
#include "actors/durability/rows.hpp"
#include "actors/durability/session_loader.hpp"
#include "actors/workplace.hpp"
#include "config/log.hpp"
#include "persistence/keys.hpp"

namespace troupe::actors {

namespace {

constexpr std::chrono::seconds round_time{10};  ///< in which every sleeping session is looked at once
constexpr std::uint32_t trim_step = 256;        ///< beyond its limit that many more are dropped at once

/// When its will or its end is due; max(): never.
time_point due_of(const persistence::session_record& row, time_point since) noexcept {
  using std::chrono::seconds;
  auto due = time_point::max();
  if (row.expiry_interval != session::never_expires) due = since + seconds{row.expiry_interval};
  if (row.will) due = std::min(due, since + seconds{std::min(row.will->delay, row.expiry_interval)});
  return due;
}

}  // namespace

void sleeping_sessions::set_due(session_ref who, dormant_session& what, time_point when) {
  if (when == time_point::max()) return;
  what.due = transport::tick_at_or_after(when);
  if (when - at_.loop.now() < 2 * round_time) set_timer(who, what);
}

void sleeping_sessions::set_timer(session_ref who, dormant_session& what) {
  what.due = at_.timers.add(transport::time_of(what.due), timer{who});
  what.timed = 1;
}

// All slots within a round, a part of them at each tick.
void sleeping_sessions::look_around() {
  constexpr auto ticks = static_cast<std::uint32_t>(round_time / transport::timer_resolution);
  const auto soon = transport::tick_at_or_after(at_.loop.now() + 2 * round_time);
  for (auto left = at_.sessions.slots() / ticks + 1; left > 0 && at_.sessions.slots() != 0; --left) {
    if (++looked_at_ >= at_.sessions.slots()) looked_at_ = 0;
    const auto [who, what] = at_.sessions.dormant_at(looked_at_);
    if (what && what->due != 0 && !what->timed && what->due <= soon) set_timer(who, *what);
  }
}

session_ref sleeping_sessions::add(const shared_text& client_id, const persistence::session_record& row) {
  const auto time = wall_time::now();
  const auto now = at_.loop.now();
  const auto added = at_.sessions.open_dormant();
  auto& what = *added.second;
  what.client_id = client_id;
  what.number = row.number;
  what.counted = 0;
  set_due(added.first, what, due_of(row, row.disconnected_at == 0 ? now : time.from(row.disconnected_at)));
  if (row.disconnected_at == 0 && what.due != 0) {  // its connection ended with the node
    auto changed = row;
    changed.disconnected_at = time.of(now);
    put(at_.durable->changes().open(), changed);
  }
  return added.first;
}

void sleeping_sessions::put_to_sleep(session_seat& seat) {
  const auto& record = seat.record();
  auto asleep = std::make_unique<dormant_session>();
  asleep->client_id = record.client_id;
  asleep->number = record.durable;
  const auto count = [&](const session::delivery& each) {
    ++asleep->queued;
    if (each.body) asleep->queued_bytes += row_bytes(*each.body);
  };
  for (std::uint32_t i = 0; record.queue && i < record.queue->end(); ++i)
    if (record.queue->at(i).body) count(record.queue->at(i));
  for (auto id = record.inflight.first(); id != 0; id = record.inflight.after(id))
    count(record.inflight.find(id)->what);
  const auto self = seat.self();
  set_due(self, *asleep, session::deadline(record).value_or(time_point::max()));
  at_.sessions.put_to_sleep(self, std::move(asleep));
}

void sleeping_sessions::wake(session_ref who, std::function<void(session_seat*)> then) {
  auto* asleep = at_.sessions.find_dormant(who);
  if (!asleep) return then(at_.sessions.find(who));
  const auto first = !asleep->waking;
  if (first) asleep->waking = std::make_unique<dormant_session::awakening>();
  asleep->waking->then.push_back(std::move(then));
  if (!first) return;
  ++waking_;
  // Not before its latest rows are written: what was dropped from its queue must not be found there.
  at_.durable->changes().after([this, who, client_id = asleep->client_id, number = asleep->number] {
    session_loader::load(at_.durable->desk(), client_id, number,
                         [this, who](auto found) { woken(who, std::move(found)); });
  });
}

void sleeping_sessions::woken(session_ref who, std::optional<session::kept_session> found) {
  --waking_;
  auto* asleep = at_.sessions.find_dormant(who);
  if (!asleep || !asleep->waking) return;  // the node stops: another one has its place
  auto waiting = std::move(*asleep->waking);
  asleep->waking = nullptr;
  if (!found) {
    log::error("store", "the session of client {} cannot be read", asleep->client_id.view());
    asleep->timed = 0;  // what is due is tried again
    for (const auto& each : waiting.then) each(nullptr);
    return;
  }
  found->client_id = asleep->client_id;  // everybody who has this text shares it
  std::unordered_set<std::uint64_t> known;
  for (const auto& each : found->queue) known.insert(each.what.more->sequence);
  // What is committed and not told yet comes by itself.
  const auto to_come = at_.durable->deliveries().sequences_of(who);
  std::erase_if(found->queue, [&](const auto& each) { return to_come.contains(each.what.more->sequence); });
  at_.sessions.wake_up(who).restore(session::restore(std::move(*found)));
  for (auto& each : waiting.late)
    if (!known.contains(each.what.more->sequence)) at_.durable->deliver(std::move(each));
  // It may be over, and nobody was there to end it: a client that comes must not get it any more [MQTT-3.1.2-23].
  if (auto* seat = at_.sessions.find(who)) seat->look_at_time();
  for (const auto& each : waiting.then) each(at_.sessions.find(who));
}

void sleeping_sessions::forget(session_ref who) {
  const auto* asleep = at_.sessions.find_dormant(who);
  if (!asleep) return;
  erase_session(at_.durable->changes().open(), asleep->client_id, asleep->number);
  at_.counters.sessions.subtract();
  at_.sessions.close(who);
}

void sleeping_sessions::due(session_ref who, transport::timer_tick tick) {
  const auto* asleep = at_.sessions.find_dormant(who);
  if (!asleep || asleep->due != tick) return;
  wake(who, [](session_seat* seat) {
    if (seat) seat->look_at_time();
  });
}

// -- its queue ------------------------------------------------------------------------------------------------------

bool sleeping_sessions::is_over_limit(const dormant_session& who) const noexcept {
  const auto& limits = at_.options.limits;
  return who.queued > limits.queue_messages_max || who.queued_bytes > limits.queue_bytes_max;
}

bool sleeping_sessions::is_full(const dormant_session& who) const noexcept {
  const auto& limits = at_.options.limits;
  using config::overflow;
  if (limits.queue_overflow != overflow::drop_newest && limits.queue_overflow != overflow::disconnect) return false;
  return who.queued >= limits.queue_messages_max || who.queued_bytes >= limits.queue_bytes_max;
}

void sleeping_sessions::deliver(dormant_session& who, pending_deliveries::place what) {
  const auto self = what.session;
  ++who.queued;
  who.queued_bytes += row_bytes(*what.what.body);
  if (who.waking) who.waking->late.push_back(std::move(what));
  if (is_over_limit(who)) trim(self, who);
}

void sleeping_sessions::count(dormant_session& who, std::uint32_t bytes) noexcept {
  ++who.queued;
  who.queued_bytes += bytes;
}

// The oldest go. Their rows have to be read for it: several at a time.
void sleeping_sessions::trim(session_ref to, dormant_session& who) {
  if (who.waking || who.trimming) return;
  who.trimming = 1;
  const auto most = at_.options.limits.queue_messages_max;
  const auto excess = (who.queued > most ? who.queued - most : 0) + trim_step;
  persistence::range oldest{.table = persistence::table::queue,
                            .first = persistence::session_key{who.number}.str(),
                            .last = persistence::session_key{who.number + 1}.str(),
                            .rows_max = excess};
  at_.durable->desk().scan(std::move(oldest), [this, to](persistence::result& rows) { trimmed(to, rows); });
}

/// Some below its limits, so that not every message more has rows read.
bool sleeping_sessions::is_trimmed(const dormant_session& who) const noexcept {
  const auto& limits = at_.options.limits;
  return who.queued + std::min(trim_step, limits.queue_messages_max / 8) <= limits.queue_messages_max &&
         who.queued_bytes + limits.queue_bytes_max / 8 <= limits.queue_bytes_max;
}

void sleeping_sessions::trimmed(session_ref to, persistence::result& oldest) {
  auto* who = at_.sessions.find_dormant(to);
  if (!who) return;
  if (who->waking) return;  // its queue is being read: the session itself drops then
  auto& batch = at_.durable->changes().open();
  auto& dropped = at_.counters.drops[static_cast<std::size_t>(session::drop_reason::queue_full)];
  for (std::size_t i = 0; i < oldest.rows.size() && !is_trimmed(*who); ++i) {
    const auto row = oldest.rows[i];
    const auto entry = persistence::decode_queue_entry(row.value);
    batch.erase(persistence::table::queue, row.key);
    if (entry && persistence::holds_message(*entry)) batch.release(entry->message);
    if (who->queued > 0) --who->queued;
    who->queued_bytes -= std::min<std::uint64_t>(who->queued_bytes, entry ? entry->bytes : 0);
    dropped.add();
  }
  at_.durable->changes().after([this, to] {
    if (auto* trimmed = at_.sessions.find_dormant(to)) trimmed->trimming = 0;
  });
}

}  // namespace troupe::actors
