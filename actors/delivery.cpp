#include "actors/delivery.hpp"

#include <algorithm>
#include <functional>

#include <caf/all.hpp>

#include "actors/runtime/fault.hpp"

namespace troupe::actors {

caf::behavior delivery(delivery_actor* self, workplace* at) {
  self->state.begin(at);
  return {
    [=](const deliver& m) { self->state.deliver(*m.batch); },
    [=](const dispatched& m) { self->state.answer(self->state.routes().answered(m)); },
    [=](const delivered& m) { self->state.answer(self->state.routes().answered(m)); },
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
  if (batch.id.number != 0) at_->office.send(batch.id.loop, runtime::role::delivery, delivered{batch.id});
  progress = 0;
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
  for (auto i = before.targets_end; i < entry.targets_end; ++i)
    deliver_to(batch.targets[i], entry.body, batch.retained, {}, further);
  for (auto i = before.shared_end; i < entry.shared_end; ++i)
    deliver_to(batch.shared[i].to, entry.body, batch.retained, batch.shared[i].group, {});
}

void delivery_state::deliver_to(const target& to, const publication_ptr& body, bool retained, shared_text group,
                                std::span<const further_identifier> further) {
  auto* seat = at_->sessions.find(to.session);
  if (!seat) return at_->counters.stale_deliveries.add();
  session::addressing address{.qos = to.maximum_qos,
                              .retain_as_published = to.retain_as_published,
                              .retained = retained,
                              .identifiers = {&to.identifier, to.identifier == 0 ? 0u : 1u},
                              .group = std::move(group)};
  if (to.more_identifiers) {  // [MQTT-3.3.4-3, -4]
    identifiers_.assign(1, to.identifier);
    for (const auto& more : further)
      if (more.session == to.session) identifiers_.push_back(more.identifier);
    address.identifiers = identifiers_;
  }
  seat->deliver(body, address);
}

void delivery_state::answer(std::span<const route_desk::waiting> complete) {
  at_->sessions.approach(complete.first(std::min(complete.size(), approach_step)),
                         [](const route_desk::waiting& each) { return each.publisher; });
  for (const auto& each : complete)
    if (auto* seat = at_->sessions.find(each.publisher)) seat->routed(each.result);
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
