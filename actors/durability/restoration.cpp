#include "actors/durability/restoration.hpp"

#include <algorithm>
#include <array>

#include <malloc.h>

#include "actors/durability/durability.hpp"
#include "actors/durability/rows.hpp"
#include "actors/workplace.hpp"
#include "config/log.hpp"
#include "persistence/keys.hpp"
#include "persistence/records.hpp"
#include "routing/topic.hpp"

namespace troupe::actors {

namespace {

using persistence::table;
using runtime::mail_class;
using runtime::role;

constexpr std::array order{table::sessions, table::retained, table::subscriptions, table::queue, table::inbound};
constexpr std::chrono::seconds progress_interval{2};

/// What loops have for one shard.
resubscribe part_of(std::uint64_t epoch) { return {epoch, false, {}}; }

using sessions_by_number = std::unordered_map<std::uint64_t, session_ref>;

/// Calls f(session_ref, subscription) for those rows that belong to these sessions.
template <class F>
void for_each_subscription(const persistence::row_list& page, const sessions_by_number& whose, F f) {
  for (std::size_t i = 0; i < page.size(); ++i) {
    const auto at = whose.find(persistence::session_of(page[i].key));
    if (at == whose.end()) continue;
    if (const auto row = persistence::decode_subscription(page[i].key, page[i].value))
      f(at->second, subscription_of(*row));
  }
}

/// Adds a subscription to what is told to a shard, if it is one of that shard's. Its session has no connection.
void add(resubscribe& to, std::uint32_t shard, runtime::post_office& office, session_ref who,
         const subscription& what) {
  const auto home = shard_of_filter(what.filter, office.loops());
  if (home && *home != shard) return;
  to.entries.emplace_back(who, what);
  if (split_share(what.filter)) office.send(shard, role::shard, presence{who, false});
}

}  // namespace

// -- reading ----------------------------------------------------------------------------------------------------------

void restoration::begin() {
  begun_ = logged_ = at_.loop.now();
  read(order[page_], {});
}

void restoration::read(table where, std::string first) {
  at_.durable->desk().scan({.table = where, .first = std::move(first)},
                           [this, where](persistence::result& page) { send_page(where, page); });
}

void restoration::send_page(table where, persistence::result& page) {
  if (page.outcome != persistence::outcome::done)
    log::error("store", "{} cannot be read to their end: {}", name_of(where), page.text);
  const auto found = std::make_shared<const rows>(std::move(page.rows));
  next_ = page.more ? std::string{(*found)[found->size() - 1].key} + '\0' : std::string{};
  read_[page_] += found->size();
  if (where == table::sessions) note_numbers(*found);
  if (where == table::queue) drop_orphans(*found);
  if (where == table::inbound) drop_orphaned_ids(*found);
  answers_due_ = at_.office.loops();
  for (std::uint32_t loop = 0; loop < answers_due_; ++loop)
    at_.office.send(loop, role::store, restore_rows{where, found, !page.more});
}

void restoration::note_numbers(const rows& sessions) {
  for (std::size_t i = 0; i < sessions.size(); ++i)
    if (const auto row = persistence::decode_session(sessions[i].value)) numbers_.push_back(row->number);
  if (next_.empty()) std::ranges::sort(numbers_);
}

// Entries whose session ended before they reached it, in a run of the node that was not stopped in good order.
void restoration::drop_orphans(const rows& queue) {
  const auto first = at_.durable->store().first_sequence();
  persistence::batch gone;
  for (std::size_t i = 0; i < queue.size(); ++i) {
    if (persistence::sequence_of(queue[i].key) >= first) continue;
    if (std::ranges::binary_search(numbers_, persistence::session_of(queue[i].key))) continue;
    const auto row = persistence::decode_queue_entry(queue[i].value);
    gone.erase(table::queue, queue[i].key);
    if (row && persistence::holds_message(*row)) gone.release(row->message);
  }
  if (!gone.empty()) at_.durable->desk().commit(std::move(gone), [](persistence::result&) {});
}

// The same of packet ids.
void restoration::drop_orphaned_ids(const rows& inbound) {
  persistence::batch gone;
  for (std::size_t i = 0; i < inbound.size(); ++i) {
    const auto number = persistence::session_of(inbound[i].key);
    if (number < at_.durable->store().first_session() && !std::ranges::binary_search(numbers_, number))
      gone.erase(table::inbound, inbound[i].key);
  }
  if (!gone.empty()) at_.durable->desk().commit(std::move(gone), [](persistence::result&) {});
  if (next_.empty()) numbers_ = {};
}

// No page before all loops have taken the last one: what is read does not pile up.
void restoration::page_taken() {
  if (answers_due_ == 0 || --answers_due_ > 0) return;
  next_page();
}

void restoration::next_page() {
  if (next_.empty() && ++page_ == order.size()) return finish();
  if (at_.loop.now() - logged_ >= progress_interval) log_progress("restoring, so far");
  read(order[page_], next_);
}

void restoration::finish() {
  if (read_[0] + read_[1] == 0) return;
  ::malloc_trim(0);  // what reading took is not needed again
  log_progress("restored:");
}

void restoration::log_progress(std::string_view what) {
  logged_ = at_.loop.now();
  log::info("store", "{} {} sessions, {} subscriptions, {} retained and {} queued messages in {} ms", what, read_[0],
            read_[2], read_[1], read_[3],
            std::chrono::duration_cast<std::chrono::milliseconds>(logged_ - begun_).count());
}

// -- taking -----------------------------------------------------------------------------------------------------------

void restoration::take(const restore_rows& page) {
  switch (page.table) {
    case table::sessions: take_sessions(*page.rows); break;
    case table::retained: take_retained(*page.rows); break;
    case table::subscriptions: take_subscriptions(*page.rows, page.last); break;
    case table::queue: take_queue(*page.rows); break;
    default: break;
  }
  if (page.last && page.table == table::sessions) {
    sessions_known_ = true;
    early_.clear();
    for (const auto& each : std::exchange(when_known_, {})) each();
  }
  if (page.last && page.table == table::queue) by_number_ = {};
  if (expired_.empty()) return at_.office.send(0, role::store, restored{});
  // Before the shards take publications again: nothing newer of these topics can be lost by it.
  at_.durable->desk().commit(std::exchange(expired_, {}),
                             [this](persistence::result&) { at_.office.send(0, role::store, restored{}); });
}

void restoration::take_sessions(const rows& page) {
  for (std::size_t i = 0; i < page.size(); ++i)
    if (registry_of(page[i].key, at_.office.loops()) == at_.loop.index() && !early_.contains(std::string{page[i].key}))
      know(page[i].value);
}

void restoration::know(std::string_view value) {
  const auto row = persistence::decode_session(value);
  if (!row || at_.registry.contains(row->client_id)) return;
  const shared_text client_id{row->client_id};
  const auto self = at_.durable->sleepers().add(client_id, *row);
  at_.registry.registered({client_id, self});
  by_number_.emplace(row->number, self);
}

bool restoration::knows(const shared_text& client_id) const {
  if (looked_up_.contains(std::string{client_id.view()})) return false;
  return sessions_known_ || at_.registry.contains(client_id);
}

// One look for all who come meanwhile: what the first of them does to the session is not in the row that was read.
void restoration::look_up(const shared_text& client_id, std::function<void(bool known)> then) {
  auto& waiting = looked_up_[std::string{client_id.view()}];
  waiting.push_back(std::move(then));
  if (waiting.size() > 1) return;
  early_.emplace(client_id.view());
  at_.durable->desk().read(table::sessions, client_id, [this, client_id](persistence::result& answer) {
    if (!answer.rows.empty()) know(answer.rows[0].value);
    const auto whoever = looked_up_.extract(std::string{client_id.view()});
    for (const auto& each : whoever.mapped()) each(answer.outcome == persistence::outcome::done);
  });
}

void restoration::take_retained(const rows& page) {
  const auto time = wall_time::now();
  for (std::size_t i = 0; i < page.size(); ++i) {
    if (shard_of(page[i].key, at_.office.loops()) != at_.loop.index()) continue;
    auto row = persistence::decode_retained(page[i].value);
    if (!row) continue;
    row->retain = true;
    auto what = publication_of(*row, time);
    if (what->expires() <= time.node)
      expired_.erase(table::retained, page[i].key);
    else
      at_.retained.index.store(std::move(what));
  }
}

void restoration::take_subscriptions(const rows& page, bool last) {
  std::vector<resubscribe> parts(at_.office.loops(), part_of(0));
  for_each_subscription(page, by_number_, [&](session_ref who, const subscription& what) {
    for (std::uint32_t shard = 0; shard < parts.size(); ++shard) add(parts[shard], shard, at_.office, who, what);
  });
  for (std::uint32_t shard = 0; shard < parts.size(); ++shard) {
    parts[shard].last = last;
    if (last || !parts[shard].entries.empty())
      at_.office.send(shard, role::shard, std::move(parts[shard]), mail_class::rebuilding);
  }
}

// What this run of the node has added is counted already.
void restoration::take_queue(const rows& page) {
  const auto first = at_.durable->store().first_sequence();
  for (std::size_t i = 0; i < page.size(); ++i) {
    if (persistence::sequence_of(page[i].key) >= first) continue;
    const auto whose = by_number_.find(persistence::session_of(page[i].key));
    if (whose == by_number_.end()) continue;
    auto* asleep = at_.sessions.find_dormant(whose->second);
    if (!asleep || asleep->counted) continue;
    const auto row = persistence::decode_queue_entry(page[i].value);
    at_.durable->sleepers().count(*asleep, row ? row->bytes : 0);
  }
}

// -- a shard that was restarted ---------------------------------------------------------------------------------------

void restoration::tell_dormant_subscriptions(const recall& asked, std::function<void()> then) {
  if (!sessions_known_) {
    when_known_.push_back([this, asked, then = std::move(then)] { tell_dormant_subscriptions(asked, then); });
    return;
  }
  auto whose = std::make_shared<std::unordered_map<std::uint64_t, session_ref>>();
  at_.sessions.for_each_dormant(
    [&](session_ref who, const dormant_session& what) { whose->emplace(what.number, who); });
  if (whose->empty()) return then();
  tell_subscriptions(asked, {}, std::move(whose), std::move(then));
}

void restoration::tell_subscriptions(const recall& asked, std::string first,
                                     std::shared_ptr<std::unordered_map<std::uint64_t, session_ref>> whose,
                                     std::function<void()> then) {
  auto tell = [this, asked, whose = std::move(whose), then = std::move(then)](persistence::result& page) {
    auto part = part_of(asked.epoch);
    for_each_subscription(page.rows, *whose, [&](session_ref who, const subscription& what) {
      add(part, asked.shard, at_.office, who, what);
    });
    if (!part.entries.empty()) at_.office.send(asked.shard, role::shard, std::move(part), mail_class::rebuilding);
    if (!page.more) return then();
    tell_subscriptions(asked, std::string{page.rows[page.rows.size() - 1].key} + '\0', whose, then);
  };
  at_.durable->desk().scan({.table = table::subscriptions, .first = std::move(first)}, std::move(tell));
}

}  // namespace troupe::actors
