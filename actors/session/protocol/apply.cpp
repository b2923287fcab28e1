#include <cassert>

#include "actors/session/protocol/protocol.hpp"

namespace troupe::session {

namespace {

/// One overload for each change. Whatever needs memory has it already: nothing here throws.
class applier {
public:
  applier(record& to, journal* store) noexcept : to_{to}, store_{store} {}

  void operator()(changes::attach& now) noexcept;
  void operator()(changes::detach& now) noexcept;
  void operator()(changes::heard& now) noexcept { to_.since = now.now; }
  void operator()(changes::expire_after& now) noexcept {
    to_.session_expiry = now.seconds;
    tell_changed();
  }
  void operator()(changes::drop_will&) noexcept {
    to_.will.reset();
    tell_changed();
  }
  void operator()(changes::guard& now) noexcept { to_.guarded = now.on; }
  void operator()(changes::finish&) noexcept;
  void operator()(changes::authenticating& now) noexcept { to_.reauthentication = std::move(now.exchange); }

  void operator()(changes::enqueue& now) noexcept { to_.queue->push(std::move(now.what)); }
  void operator()(changes::dequeue& now) noexcept {
    auto sent = to_.queue->pop();
    if (now.packet_id == 0) return;
    tell_sent(sent, now.packet_id);
    to_.inflight.add(now.packet_id, std::move(sent));
  }
  void operator()(changes::discard&) noexcept {
    const auto dropped = to_.queue->pop();
    if (tells(dropped)) store_->removed(dropped.more->sequence, dropped.more->message);
  }
  void operator()(changes::turn_down& now) noexcept {
    if (tells()) store_->removed(now.sequence, now.message);
  }
  void operator()(changes::discard_qos0&) noexcept { to_.queue->drop_qos0(); }
  void operator()(changes::launch& now) noexcept {
    tell_sent(now.what, now.packet_id);
    to_.inflight.add(now.packet_id, std::move(now.what));
  }
  void operator()(changes::release& now) noexcept {
    if (const auto* slot = to_.inflight.find(now.packet_id); slot && tells(slot->what))
      store_->released(slot->what, now.packet_id);
    to_.inflight.release(now.packet_id);
  }
  void operator()(changes::complete& now) noexcept {
    const auto* slot = to_.inflight.find(now.packet_id);
    const auto held = slot && slot->state == inflight_window::state::sent;
    const auto done = to_.inflight.remove(now.packet_id);
    if (tells(done)) store_->removed(done.more->sequence, held ? done.more->message : 0);
  }
  void operator()(changes::sent_again& now) noexcept { to_.inflight.sent_again(now.packet_id); }
  void operator()(changes::resend_from& now) noexcept { to_.inflight.resend_from(now.packet_id); }
  void operator()(changes::alias& now) noexcept { to_.aliases->to_client.push_back(std::move(now.topic)); }

  void operator()(changes::owe& now) noexcept;
  void operator()(changes::settle& now) noexcept;
  void operator()(changes::acknowledged& now) noexcept;
  void operator()(changes::receive& now) noexcept;
  void operator()(changes::receive_again& now) noexcept;
  void operator()(changes::forget& now) noexcept;
  void operator()(changes::routed& now) noexcept;
  void operator()(changes::client_alias& now) noexcept {
    to_.aliases->from_client[now.number - 1u] = std::move(now.topic);
  }
  void operator()(changes::unrouted& now) noexcept {
    ++to_.unrouted_messages;
    to_.unrouted_bytes += now.bytes;
  }
  void operator()(changes::credit& now) noexcept {
    if (to_.unrouted_messages > 0) --to_.unrouted_messages;
    to_.unrouted_bytes -= std::min(now.bytes, to_.unrouted_bytes);
  }

  void operator()(changes::put& now) noexcept {
    if (tells()) store_->subscribed(now.what);
    to_.subscriptions.put(std::move(now.what));
  }
  void operator()(changes::erase& now) noexcept {
    if (tells()) store_->unsubscribed(now.filter);
    to_.subscriptions.erase(now.filter);
  }
  void operator()(changes::ask& now) noexcept {
    to_.last_request = now.what->ticket;
    to_.requests.push_back(std::move(*now.what));
  }
  void operator()(changes::answered& now) noexcept;

private:
  bool tells() const noexcept { return store_ && to_.durable != 0; }
  bool tells(const delivery& what) const noexcept { return tells() && what.durable(); }
  void tell_changed() const noexcept {
    if (tells()) store_->changed(to_);
  }
  /// Its packet id must be known before the client sees it: under it alone the client knows a QoS 2 message again.
  void tell_sent(const delivery& what, std::uint16_t packet_id) const noexcept {
    if (what.qos == qos::exactly_once && tells(what)) store_->sent(what, packet_id);
  }
  void tell_sent_on_link() const noexcept;

  record& to_;
  journal* store_;
};

void applier::operator()(changes::attach& now) noexcept {
  auto& from = *now.what;
  to_.client_id = std::move(from.client_id);
  to_.user_name = std::move(from.user_name);
  to_.will = std::move(from.will);
  to_.authentication_method = std::move(from.authentication_method);
  to_.since = from.now;
  to_.session_expiry = from.session_expiry;
  to_.maximum_packet_size = from.maximum_packet_size;
  to_.keep_alive = from.keep_alive;
  to_.receive_maximum = from.receive_maximum;
  to_.topic_alias_maximum = from.topic_alias_maximum;
  to_.version = from.version;
  to_.guarded = from.guarded;
  to_.connected = true;
  if (from.durable != 0) to_.durable = from.durable;
  if (to_.session_expiry != 0) return tell_changed();
  // From now on it ends with its connection: a crash of the node would be the end of it.
  if (tells()) store_->finished(to_);
  to_.durable = 0;
}

/// The packet ids at QoS 1 that went out on the link that is lost.
void applier::tell_sent_on_link() const noexcept {
  for (auto id = to_.inflight.first(); id != 0; id = to_.inflight.after(id)) {
    const auto& slot = *to_.inflight.find(id);
    const auto once = slot.state == inflight_window::state::sent && slot.what.qos == qos::at_least_once;
    if (once && slot.on_link && slot.what.durable()) store_->sent(slot.what, id);
  }
}

void applier::operator()(changes::detach& now) noexcept {
  to_.connected = false;
  to_.since = now.now;
  tell_changed();
  if (tells()) tell_sent_on_link();
  to_.inflight.link_lost();
  to_.aliases.reset();  // [MQTT-3.3.2-7]
  to_.reauthentication.reset();
  for (std::uint32_t i = 0; i < to_.requests.size(); ++i) to_.requests[i].packet_id = 0;
  if (!to_.inbound) return;
  to_.inbound->acknowledgements.clear();
  to_.inbound->acknowledgements.relax();
  for (std::uint32_t i = 0; i < to_.inbound->exactly_once.size(); ++i) to_.inbound->exactly_once[i].on_link = false;
  to_.inbound->open = 0;
}

/// Who the client was stays, for the log.
void applier::operator()(changes::finish&) noexcept {
  if (tells()) store_->finished(to_);
  to_.durable = 0;
  to_.subscriptions = session::subscriptions{};
  to_.inflight = inflight_window{};
  to_.queue.reset();
  to_.inbound.reset();
  to_.aliases.reset();
  to_.requests = {};
  to_.will.reset();
  to_.reauthentication.reset();
  to_.authentication_method.reset();
  to_.connected = false;
  to_.ended = true;
}

void applier::operator()(changes::owe& now) noexcept {
  auto& inbound = *to_.inbound;
  if (now.what.qos == qos::at_least_once) ++inbound.open;
  inbound.acknowledgements.push_back(now.what);
  ++inbound.next_ticket;
}

void applier::operator()(changes::settle& now) noexcept {
  auto& owed = to_.inbound->acknowledgements;
  auto own = now.ticket - to_.inbound->first_ticket();
  // Only a repeated QoS 2 PUBLISH waits for the ticket of another.
  auto only_own = own < owed.size() && owed[own].qos == qos::at_least_once;
  for (auto i = only_own ? own : 0; i < owed.size(); ++i) {
    if (owed[i].source == now.ticket && !owed[i].ready) {
      owed[i].ready = true;
      owed[i].reason = now.reason;
    }
    if (only_own) return;
  }
}

void applier::operator()(changes::acknowledged& now) noexcept {
  auto& inbound = *to_.inbound;
  for (auto left = now.count; left > 0; --left)
    if (inbound.acknowledgements.pop_front().qos == qos::at_least_once) --inbound.open;
  inbound.acknowledgements.relax();
}

void applier::operator()(changes::receive& now) noexcept {
  to_.inbound->exactly_once.push_back(now.what);
  ++to_.inbound->open;
}

void applier::operator()(changes::receive_again& now) noexcept {
  if (!std::exchange(to_.inbound->exactly_once[now.position].on_link, true)) ++to_.inbound->open;
}

void applier::operator()(changes::forget& now) noexcept {
  auto& inbound = *to_.inbound;
  auto position = inbound.position(now.packet_id);
  if (position == inbound.exactly_once.size()) return;
  if (inbound.exactly_once[position].on_link) --inbound.open;
  if (tells()) store_->forgotten(now.packet_id);
  inbound.exactly_once.erase(position);
  inbound.exactly_once.relax();
}

void applier::operator()(changes::routed& now) noexcept {
  auto& received = to_.inbound->exactly_once;
  for (std::uint32_t i = 0; i < received.size(); ++i) {
    if (received[i].ticket != now.ticket || received[i].routed) continue;
    received[i].routed = true;
    received[i].reason = now.reason;
    return;
  }
}

void applier::operator()(changes::answered& now) noexcept {
  std::uint32_t i = 0;
  while (i < to_.requests.size() && to_.requests[i].ticket != now.ticket) ++i;
  if (i == to_.requests.size()) return;
  to_.requests.erase(i);
  if (to_.requests.empty()) to_.requests.release();  // idle sessions keep nothing
}

/// Memory first, so that every change finds its room.
void adopt(record& to, prepared_storage& from) noexcept {
  if (from.inbound) to.inbound = std::move(from.inbound);
  if (from.queue) to.queue = std::move(from.queue);
  if (from.aliases) to.aliases = std::move(from.aliases);
  if (from.inflight.capacity() != 0) to.inflight.adopt(std::move(from.inflight));
  if (from.queued.capacity() != 0) to.queue->adopt(std::move(from.queued));
  if (from.acknowledgements.capacity() != 0) to.inbound->acknowledgements.adopt(std::move(from.acknowledgements));
  if (from.exactly_once.capacity() != 0) to.inbound->exactly_once.adopt(std::move(from.exactly_once));
  if (from.subscriptions.allocated()) to.subscriptions.adopt(std::move(from.subscriptions));
  if (from.requests.capacity() != 0) to.requests.adopt(std::move(from.requests));
}

}  // namespace

void apply(record& to, effects& fx, journal* store) noexcept {
  if (fx.prepared) adopt(to, *fx.prepared);
  applier each{to, store};
  for (auto& step : fx.changes) std::visit(each, step);
  fx.changes.clear();
  fx.prepared.reset();
}

bool wants_pause(const record& of, const config::limits& limits) noexcept {
  // A client that ignores Receive Maximum is slowed, not cut off, while the next free place is ours to give.
  if (of.inbound && of.inbound->open >= limits.receive_maximum && !of.inbound->acknowledgements.empty()) return true;
  return of.unrouted_messages >= limits.unrouted_messages_max || of.unrouted_bytes >= limits.unrouted_bytes_max;
}

}  // namespace troupe::session
