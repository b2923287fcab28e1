#include "actors/router/shard.hpp"

#include <caf/all.hpp>

#include "actors/following/follow_book.hpp"
#include "actors/runtime/fault.hpp"
#include "config/log.hpp"
#include "routing/topic.hpp"

namespace troupe::actors {

caf::behavior shard(shard_actor* self, shard_setup setup) {
  self->state.begin(setup);
  return {
    [self](const route& m) { self->state.route(*m.batch); },
    [self](const subscribe& m) { self->state.subscribe(m); },
    [self](const unsubscribe& m) { self->state.unsubscribe(m); },
    [self](const resubscribe& m) { self->state.resubscribe(m); },
    [self](const redispatch& m) { self->state.redispatch(m); },
    [self](const presence& m) { self->state.presence(m); },
    [self](const continue_walk& m) { self->state.continue_walk(m.walk.number); },
    [self](const abandon_walk& m) { self->state.abandon_walk(m.walk.number); },
    [self](const sweep_retained&) { self->state.sweep(); },
    [self](const crash_next&) { runtime::become_faulty(self); },
  };
}

void shard_state::begin(shard_setup setup) {
  setup_ = setup;
  index_ = std::make_unique<subscription_index>(setup.options->shared_subscriptions.strategy, setup.seed);
  if (setup.events) setup.events->forget(number());
  if (setup.view) setup.view->subscriptions = index_.get();
  open_.resize(setup.office->loops());
  collected_.resize(setup.office->loops());
  if (setup.epoch > 0)
    rebuild();
  else if (setup.restores)
    await_subscriptions();
}

shard_state::~shard_state() {
  if (setup_.view && setup_.view->subscriptions == index_.get()) setup_.view->subscriptions = nullptr;
}

// -- publications ---------------------------------------------------------------------------------------------------

void shard_state::route(const route_batch& batch) {
  if (setup_.view && setup_.view->published.is_watched()) sample(batch);
  std::vector<route_result> results;
  results.reserve(batch.publications.size());
  std::vector<dispatched::retention> retained;
  for (std::size_t i = 0; i < batch.publications.size(); ++i) {
    const auto& what = batch.publications[i];
    if (i % subscription_index::approach_max == 0) {
      auto rest = std::span{batch.publications}.subspan(i);
      index_->approach(rest.first(std::min(rest.size(), subscription_index::approach_max)));
    }
    // [MQTT-3.3.1-8]: without RETAIN nothing retained is touched
    if (what->retain() && retain(what))
      retained.push_back({static_cast<std::uint32_t>(i), ++setup_.retained->last_change});
    index_->match(*what, match_);  // [MQTT-3.3.2-3]
    results.push_back(match_.empty() ? route_result::no_subscribers : route_result::matched);
    if (what->followed()) [[unlikely]]
      tell_matched(*what);
    collect(what, static_cast<std::uint32_t>(i));
  }
  auto loops = send_collected(batch.id, batch.first_message);
  setup_.office->send(batch.id.loop, runtime::role::delivery,
                      dispatched{batch.id, loops, std::move(results), std::move(retained)});
}

void shard_state::sample(const route_batch& batch) const {
  const auto now = self_->loop().now();
  for (const auto& each : batch.publications) setup_.view->published.saw(each->topic(), now);
}

void shard_state::tell_matched(const publication& what) const {
  if (!setup_.follows) return;
  const auto receivers = match_.targets().size() + match_.shared().size();
  setup_.follows->step(what, "matched", "root/loop " + std::to_string(number()) + "/shard",
                       "receivers: " + std::to_string(receivers) +
                         ", members of shared groups among them: " + std::to_string(match_.shared().size()));
  setup_.follows->matched(what, receivers);
}

// Adds the publication, with what match_ found, to the batches of its receivers' loops.
void shard_state::collect(const publication_ptr& what, std::uint32_t number) {
  match_.for_each_loop([&](const match_result::part& part) {
    auto*& to = open_[part.loop];
    if (!to) {
      to = new deliver_batch;
      collected_[part.loop] = ref_ptr<const deliver_batch>::adopt(to);
    }
    to->targets.insert(to->targets.end(), part.targets.begin(), part.targets.end());
    to->shared.insert(to->shared.end(), part.shared.begin(), part.shared.end());
    to->identifiers.insert(to->identifiers.end(), part.identifiers.begin(), part.identifiers.end());
    to->entries.push_back({what, static_cast<std::uint32_t>(to->targets.size()),
                           static_cast<std::uint32_t>(to->shared.size()),
                           static_cast<std::uint32_t>(to->identifiers.size()), number});
  });
}

std::uint32_t shard_state::send_collected(batch_id id, std::uint64_t first_message) {
  std::uint32_t loops = 0;
  for (std::uint32_t loop = 0; loop < open_.size(); ++loop) {
    if (!open_[loop]) continue;
    open_[loop]->id = id;
    std::exchange(open_[loop], nullptr)->first_message = first_message;
    setup_.office->send(loop, runtime::role::delivery, deliver{std::exchange(collected_[loop], nullptr)});
    ++loops;
  }
  return loops;
}

void shard_state::redispatch(const actors::redispatch& left_behind) {
  const auto& what = *left_behind.what;
  auto next = index_->choose_another(left_behind.group, what.topic(), {what.publisher(), what.publisher_hash()},
                                     std::span{&left_behind.refused_by, 1});
  if (!next) return;
  match_.clear();
  match_.add(std::move(*next));
  match_.finish();
  collect(left_behind.what, 0);
  send_collected({}, 0);
}

// -- subscriptions --------------------------------------------------------------------------------------------------

void shard_state::subscribe(const actors::subscribe& request) {
  for (const auto& entry : request.entries) insert(entry.what, request.session);
  setup_.office->send(request.session.loop, runtime::role::delivery, subscribed{request.session, request.ticket});
  for (const auto& entry : request.entries) begin_walk(request.session, entry);
}

void shard_state::insert(const subscription& what, session_ref who) {
  if (index_->insert(what, who) && setup_.events && event_topics::reached_by(what.filter))
    setup_.events->subscriptions_changed(number(), 1);
}

void shard_state::unsubscribe(const actors::unsubscribe& request) {
  for (const auto& filter : request.filters)
    if (index_->erase(filter, request.session) && setup_.events && event_topics::reached_by(filter))
      setup_.events->subscriptions_changed(number(), -1);
  if (request.ticket != 0)
    setup_.office->send(request.session.loop, runtime::role::delivery, unsubscribed{request.session, request.ticket});
}

// It holds its ordinary mail until every loop has told what its sessions subscribe to: a successor asks for it, the
// first one of a node with a store is told as the sessions are read.
void shard_state::await_subscriptions() {
  setup_.seat->hold(true);
  answers_missing_ = setup_.office->loops();
}

void shard_state::rebuild() {
  await_subscriptions();
  for (std::uint32_t loop = 0; loop < setup_.office->loops(); ++loop)
    setup_.office->send(loop, runtime::role::sessions, recall{number(), setup_.epoch});
}

void shard_state::resubscribe(const actors::resubscribe& part) {
  if (part.epoch != setup_.epoch) return;
  for (const auto& [who, what] : part.entries) insert(what, who);
  if (!part.last || --answers_missing_ > 0) return;
  if (setup_.events) setup_.events->settled();
  if (setup_.epoch > 0) log::info("router", "shard {} is rebuilt with {} subscriptions", number(), index_->size());
  setup_.seat->hold(false);
}

// -- retained messages ----------------------------------------------------------------------------------------------

// Whether the store has to know: what the node says of itself is said anew by the next one.
bool shard_state::retain(const publication_ptr& what) {
  const auto changed = setup_.retained->index.store(what, self_->loop().now());
  if (changed == retained_index::outcome::nothing) return false;
  if (changed != retained_index::outcome::full) return !what->topic().starts_with("$SYS/");
  if (!std::exchange(setup_.retained->refused_some, true))
    log::warning("retained", "{} is not retained: node_limits.retained_messages_max or retained_bytes_max is reached",
                 what->topic());
  return false;
}

// The walk sees what is retained now: later messages reach the subscription as live ones.
void shard_state::begin_walk(session_ref who, const actors::subscribe::entry& entry) {
  if (split_share(entry.what.filter)) return;  // shared subscriptions get none (MQTT 5, 3.8.3.1)
  auto handling = entry.what.options.retain_handling;
  if (handling == retain_handling::none) return;                          // [MQTT-3.3.1-11]
  if (handling == retain_handling::send_if_new && !entry.is_new) return;  // [MQTT-3.3.1-10]
  auto& desk = *setup_.retained;
  desk.walks.emplace(++desk.last_walk, retained_desk::walk{who, entry.what, desk.index.open()});  // [MQTT-3.3.1-9]
  continue_walk(desk.last_walk);
}

// With a rate, a tenth of a second's worth at a time: the session asks for the next when it is due.
std::size_t shard_state::step() const noexcept {
  auto rate = setup_.options->node_limits.retained_delivery_rate;
  return rate == 0 ? walk_step : std::clamp<std::size_t>(rate / 10, 1, walk_step);
}

// The next walk step is asked for by the session, once it has room: a large tree does not flood its queue.
void shard_state::continue_walk(std::uint64_t walk_number) {
  auto& walks = setup_.retained->walks;
  auto at = walks.find(walk_number);
  if (at == walks.end()) return;
  auto& walk = at->second;
  auto* batch = new deliver_batch;
  auto owner = ref_ptr<const deliver_batch>::adopt(batch);
  batch->retained = true;
  auto to = target{.session = walk.session,
                   .maximum_qos = walk.what.options.maximum_qos,
                   .retain_as_published = true,
                   .identifier = walk.what.identifier};
  auto done = setup_.retained->index.visit(
    walk.what.filter, walk.at, step(), self_->loop().now(), [&](const publication_ptr& what) {
      batch->targets.push_back(to);
      auto number = static_cast<std::uint32_t>(batch->entries.size());
      batch->entries.push_back({what, static_cast<std::uint32_t>(batch->targets.size()), 0, 0, number});
    });
  auto id = done ? walk_id{} : walk_id{number(), walk_number};
  batch->walk = id;
  if (!batch->entries.empty())
    setup_.office->send(walk.session.loop, runtime::role::delivery, deliver{std::move(owner)});
  else if (!done)
    setup_.office->send(number(), runtime::role::shard, actors::continue_walk{id});
  if (done) walks.erase(at);
}

}  // namespace troupe::actors
