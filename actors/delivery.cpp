#include "actors/delivery.hpp"

#include <algorithm>
#include <functional>

#include <caf/all.hpp>

#include "actors/durability/durability.hpp"
#include "actors/following/follow_book.hpp"
#include "actors/runtime/fault.hpp"
#include "routing/topic.hpp"

namespace troupe::actors {

caf::behavior delivery(delivery_actor* self, workplace* at) {
  self->state.begin(at);
  return {
    [=](const deliver& m) { self->state.deliver(*m.batch); },
    [=](const dispatched& m) { self->state.finish(self->state.routes().answered(m)); },
    [=](const delivered& m) { self->state.finish(self->state.routes().answered(m)); },
    [=](const subscribed& m) { self->state.subscribed(m); },
    [=](const unsubscribed& m) { self->state.unsubscribed(m); },
    [=](const crash_next&) { runtime::become_faulty(self); },
  };
}

// A successor goes on where its predecessor failed: no entry is delivered twice.
void delivery_state::deliver(const deliver_batch& batch) {
  auto& progress = at_->delivery_progress;
  for (; progress < batch.entries.size(); ++progress) {
    if (progress % approach_step == 0) approach(batch, progress);
    deliver(batch, progress);
  }
  if (batch.walk.number != 0) offer_more(batch);
  close(batch);
  progress = 0;
}

// What nobody published just now is committed here; all else by the loop of its publishers.
void delivery_state::close(const deliver_batch& batch) {
  if (at_->durable && at_->durable->stopped()) return;  // nobody was there any more: who published it comes again
  if (batch.id.number != 0) {
    auto kept = at_->durable ? at_->durable->deliveries().close(batch.id) : nullptr;
    return at_->office.send(batch.id.loop, runtime::role::delivery,
                            delivered{batch.id, at_->loop.index(), std::move(kept)});
  }
  const auto first_message = std::exchange(own_message_, 0);
  if (first_message == 0) return;
  // No batch of a route_desk has such a number.
  const batch_id own{at_->loop.index(), first_message | std::uint64_t{1} << 63};
  if (auto kept = at_->durable->deliveries().close(own))
    at_->durable->publications().keep(batch, first_message, own, *kept);
}

// The first receiver of each of the next entries. An entry with many has its sessions one behind the other in memory.
void delivery_state::approach(const deliver_batch& batch, std::size_t from) {
  approached_.clear();
  for (auto i = from; i < std::min(batch.entries.size(), from + approach_step); ++i) {
    auto first = i == 0 ? 0 : batch.entries[i - 1].targets_end;
    if (first < batch.entries[i].targets_end) approached_.push_back(batch.targets[first].session);
  }
  at_->sessions.approach(approached_, std::identity{});
}

void delivery_state::offer_more(const deliver_batch& batch) {
  if (auto* seat = at_->sessions.find(batch.targets.front().session)) return seat->retained_waiting(batch.walk);
  at_->office.send(batch.walk.shard, runtime::role::shard, abandon_walk{batch.walk});
}

void delivery_state::deliver(const deliver_batch& batch, std::size_t index) {
  static const deliver_batch::entry none{};
  const auto& entry = batch.entries[index];
  const auto& before = index == 0 ? none : batch.entries[index - 1];
  auto further =
    std::span{batch.identifiers}.subspan(before.identifiers_end, entry.identifiers_end - before.identifiers_end);
  identifiers_.reserve(further.size() + 1);  // the only thing here that may throw, before anybody has got anything
  if (entry.body->followed()) [[unlikely]]
    if (at_->follows)
      at_->follows->step(*entry.body, "delivered", "root/loop " + std::to_string(at_->loop.index()) + "/delivery",
                         "receivers on this loop: " + std::to_string(entry.targets_end - before.targets_end +
                                                                     entry.shared_end - before.shared_end));
  for (auto i = before.targets_end; i < entry.targets_end; ++i) deliver_to(batch.targets[i], batch, entry, {}, further);
  for (auto i = before.shared_end; i < entry.shared_end; ++i)
    deliver_to(batch.shared[i].to, batch, entry, batch.shared[i].group, {});
}

void delivery_state::deliver_to(const target& to, const deliver_batch& batch, const deliver_batch::entry& entry,
                                shared_text group, std::span<const further_identifier> further) {
  auto* seat = at_->sessions.find(to.session);
  if (!seat && !at_->sessions.find_dormant(to.session)) return miss(to, entry, group);
  session::addressing address{.qos = to.maximum_qos,
                              .retain_as_published = to.retain_as_published,
                              .retained = batch.retained,
                              .identifiers = {&to.identifier, to.identifier == 0 ? 0u : 1u},
                              .group = std::move(group)};
  if (to.more_identifiers) {  // [MQTT-3.3.4-3, -4]
    identifiers_.assign(1, to.identifier);
    for (const auto& more : further)
      if (more.session == to.session) identifiers_.push_back(more.identifier);
    address.identifiers = identifiers_;
  }
  if (seat && seat->record().durable == 0) return seat->deliver(entry.body, address);  // the usual case
  if (write_down(to, batch, entry, address)) return;
  if (seat) return seat->deliver(entry.body, address);
  at_->counters.drops[static_cast<std::size_t>(session::drop_reason::away_qos0)].add();
  tell_of(to, entry, fate::dropped, "QoS 0, and the client is away");
}

/// Of a session that is durable, to who follows.
void delivery_state::tell_of(const target& to, const deliver_batch::entry& entry, fate news,
                             std::string_view why) const {
  if (!entry.body->followed() || !at_->follows) return;
  const auto* asleep = at_->sessions.find_dormant(to.session);
  const auto* seat = at_->sessions.find(to.session);
  const auto client = asleep ? asleep->client_id.view() : seat ? seat->record().client_id.view() : std::string_view{};
  at_->follows->told(*entry.body, client, news, why);
}

// The session has ended. Another member of its group gets it.
void delivery_state::miss(const target& to, const deliver_batch::entry& entry, const shared_text& group) {
  at_->counters.stale_deliveries.add();
  if (entry.body->followed() && at_->follows)
    at_->follows->told(*entry.body, {}, fate::missed, "its session has ended meanwhile");
  if (group.empty()) return;
  const auto shard = shard_of(entry.body->topic(), at_->office.loops());
  at_->office.send(shard, runtime::role::shard, redispatch{entry.body, group, to.session});
}

bool delivery_state::write_down(const target& to, const deliver_batch& batch, const deliver_batch::entry& entry,
                                const session::addressing& how) {
  if (!at_->durable || std::min(entry.body->qos(), to.maximum_qos) == qos::at_most_once) return false;
  const auto number = at_->durable->number_of(to.session);
  if (number == 0) return false;
  if (const auto* asleep = at_->sessions.find_dormant(to.session);
      asleep && at_->durable->sleepers().is_full(*asleep)) {
    at_->counters.drops[static_cast<std::size_t>(session::drop_reason::queue_full)].add();
    tell_of(to, entry, fate::dropped, "it sleeps, and its queue is full");
    return true;
  }
  auto first = batch.first_message;
  if (first == 0) {
    if (own_message_ == 0) own_message_ = at_->durable->store().take_messages(batch.entries.size());
    first = own_message_;
  }
  tell_of(to, entry, fate::storing, "its place in the queue is to be committed");
  at_->durable->deliveries().add(to.session, number, entry.body, entry.publication, first + entry.publication, how);
  return true;
}

void delivery_state::finish(std::optional<route_desk::routed_batch> complete) {
  if (!complete) return;
  if (at_->durable) return at_->durable->publications().finish(std::move(*complete));
  answer_publishers(*at_, complete->waiting_for);
}

void answer_publishers(workplace& at, std::span<const route_desk::waiting> whom) {
  constexpr std::size_t approached = 8;
  at.sessions.approach(whom.first(std::min(whom.size(), approached)),
                       [](const route_desk::waiting& each) { return each.publisher; });
  for (const auto& each : whom)
    if (auto* seat = at.sessions.find(each.publisher)) seat->routed(each.result);
}

void delivery_state::subscribed(const actors::subscribed& answer) {
  auto progress = at_->requests.answered(answer.session, answer.ticket, answer.refused);
  auto* seat = at_->sessions.find(answer.session);
  if (seat && progress != request_desk::progress::waiting)
    seat->subscribed(answer.ticket, progress == request_desk::progress::granted);
}

void delivery_state::unsubscribed(const actors::unsubscribed& answer) {
  auto progress = at_->requests.answered(answer.session, answer.ticket, answer.refused);
  auto* seat = at_->sessions.find(answer.session);
  if (seat && progress != request_desk::progress::waiting)
    seat->unsubscribed(answer.ticket, progress == request_desk::progress::granted);
}

}  // namespace troupe::actors
