#include "actors/session/session_seat.hpp"

#include <caf/all.hpp>

#include "actors/durability/durability.hpp"
#include "actors/following/follow_book.hpp"
#include "actors/runtime/pinned_actor.hpp"
#include "actors/session/close_reasons.hpp"
#include "actors/workplace.hpp"
#include "config/log.hpp"
#include "routing/topic.hpp"

namespace troupe::actors {

namespace {

/// Between two looks at a link that publishes faster than it may.
constexpr std::chrono::milliseconds rate_interval{100};
/// Messages in the queue up to which more retained ones are asked for.
constexpr std::uint32_t retained_room = 256;
/// What a client may make the node hold back until the store has room, before it is not read any more.
constexpr std::size_t held_bytes_max = 64 * 1024;
/// A durable session without a connection sleeps after this time: a client that comes back at once finds it awake.
constexpr std::chrono::milliseconds sleeps_after{2000};

bool is_fault_of_client(mqtt::reason why) noexcept {
  return why != mqtt::reason::server_shutting_down && why != mqtt::reason::session_taken_over &&
         why != mqtt::reason::administrative_action && why != mqtt::reason::keep_alive_timeout;
}

}  // namespace

session_seat::session_seat(workplace& at, session_ref self, shared_text client_id) : at_{at}, self_{self} {
  record_.client_id = std::move(client_id);
  seat_actor(false);
}

session_seat::~session_seat() {
  if (auto* actor = std::exchange(actor_, nullptr)) actor->cleanup(caf::exit_reason::normal, &at_.loop);
}

session::environment session_seat::environment() const {
  const auto& limits = via_ ? via_->limits : at_.options.limits;
  auto room = std::size_t{0};
  if (link_ && !link_->congested()) {
    const auto waits = link_->outbox_bytes() + (keeping_ ? keeping_->held.bytes() : 0);
    room = limits.outbox_bytes_max - std::min<std::size_t>(waits, limits.outbox_bytes_max - 1);
  }
  return {.limits = limits,
          .now = at_.loop.now(),
          .self = self_,
          .mount_point = via_ ? std::string_view{via_->mount_point} : std::string_view{},
          .access = at_.access.get(),
          .authentication = at_.authentication,
          // Only a session that is about to get its first link may become one.
          .durable_number =
            !record_.connected && record_.durable == 0 && at_.durable ? at_.durable->store().take_session() : 0,
          .storage_full = record_.durable != 0 && at_.durable->store().full(),
          .outbox_room = room,
          .fault_injection = at_.options.debug.allow_fault_injection && link_ && link_->peer_is_local(),
          .disconnect_on_denied = at_.options.access.disconnect_on_denied,
          .paused = link_ && link_->paused()};
}

void session_seat::approach() const noexcept {
  __builtin_prefetch(caf::actor_control_block::from(actor_));
  approach_object(actor_, sizeof(session_actor));
  record_.inflight.approach();
  __builtin_prefetch(record_.inbound.get());
}

// -- the actor and its successors -----------------------------------------------------------------------------------

void session_seat::seat_actor(bool faulty) {
  caf::actor_config config{&at_.loop};
  auto& system = at_.loop.system();
  handle_ = faulty ? system.spawn_impl<faulty_session_actor, caf::no_spawn_options>(config, *this)
                   : system.spawn_impl<session_actor, caf::no_spawn_options>(config, *this);
  actor_ = static_cast<session_actor*>(caf::actor_cast<caf::abstract_actor*>(handle_));
}

void session_seat::make_faulty() {
  std::exchange(actor_, nullptr)->cleanup(caf::exit_reason::normal, &at_.loop);
  seat_actor(true);
}

void session_seat::restart(std::string_view why) {
  actor_->cleanup(runtime::restart_wish(std::string{why}), &at_.loop);
}

// The input is handled by the actor, and once more by its successor if it throws. An input that ends two actors in a
// row costs the client its link.
template <class F>
void session_seat::work(const F& decide) {
  const transport::at_work mark{at_.loop.mark(), mark_of(self_)};
  for (auto attempt = 0; attempt < 2 && !ended_; ++attempt) {
    auto keep_alive = handle_;
    try {
      ++traffic_.handled;
      actor_->handle(decision{decide});
      finish_input();
      return;
    } catch (...) {
      actor_->cleanup(runtime::to_exit_reason(std::current_exception()), &at_.loop);
    }
  }
  if (!ended_) give_up("handling the same input failed twice");
}

void session_seat::actor_ended(session_actor& gone, const caf::error& reason) {
  if (actor_ != &gone) return;
  actor_ = nullptr;
  if (ended_) return;
  ++restarts_;
  at_.tree.session_restarted();
  at_.chronicle.actor_failed(record_.client_id.view(), runtime::describe(reason));
  const auto wished = runtime::is_restart_wish(reason);
  log::peer_event("supervisor", wished ? log::level::info : log::level::error, "session {} ended: {}; it is restarted",
                  record_.client_id.view(), runtime::describe(reason));
  seat_actor(false);
  at_.chronicle.actor_restarted(record_.client_id.view());
  if (!wished && restarts_too_often()) give_up("it is restarted too often");
}

// Counted per session: its crashes never escalate to its supervisor.
bool session_seat::restarts_too_often() {
  auto& r = rare();
  auto now = at_.loop.now();
  if (now - r.window_start > at_.options.supervision.window) {
    r.window_start = now;
    r.restarts_in_window = 0;
  }
  return ++r.restarts_in_window > at_.options.supervision.restarts_max;
}

void session_seat::give_up(std::string_view why) {
  if (std::exchange(giving_up_, true)) return;
  log::peer_event("session", log::level::error, "session {} is disconnected: {}", record_.client_id.view(), why);
  kick(mqtt::reason::implementation_specific_error);
  if (link_) let_go_of_link(mqtt::reason::implementation_specific_error, {});
  if (record_.connected) detach_by_force();
  giving_up_ = false;
}

// Not even the loss of its link could be decided on: the record must not take itself for connected.
void session_seat::detach_by_force() noexcept {
  auto& fx = at_.effects;
  fx.changes.emplace_back(session::changes::detach{at_.loop.now()});
  apply(fx);
  fx.clear();
}

session_seat::rarely& session_seat::rare() {
  if (!rarely_) rarely_ = std::make_unique<rarely>();
  return *rarely_;
}

// -- inputs ---------------------------------------------------------------------------------------------------------

void session_seat::attach(transport::link& link, const session::connect_request& request, bool session_present) {
  link_ = &link;
  traffic_.connected_at = at_.loop.now();
  via_ = &link.listener().options();
  link.handler(*this);
  at_.counters.connected.add();
  at_.counters.connections_accepted.add();
  if (keeping_) keeping_->held.clear();
  at_.chronicle.connected(request.client_id, link, request.keep_alive);
  work([&](auto& of, auto& env, auto& fx) { session::connected(of, env, request, session_present, fx); });
  if (keeping_) keeping_->greets = !keeping_->held.empty();
  tell_presence();
  if (link_ && link_->paused()) link_->resume();
}

void session_seat::on_packet(transport::link&, std::span<const std::byte> packet) {
  charge_rate(packet);
  work([&](auto& of, auto& env, auto& fx) { session::packet(of, env, packet, fx); });
}

void session_seat::on_violation(transport::link&, transport::close_cause cause, std::string_view text) {
  auto reason =
    cause == transport::close_cause::too_large ? mqtt::reason::packet_too_large : mqtt::reason::malformed_packet;
  work([&](auto& of, auto& env, auto& fx) { session::violation(of, env, reason, text, fx); });
}

void session_seat::on_writable(transport::link&) {
  work([](auto& of, auto& env, auto& fx) { session::writable(of, env, fx); });
}

void session_seat::on_closed(transport::link& gone, transport::close_cause cause) {
  at_.chronicle.lost(record_.client_id.view(), gone, cause);
  if (log::enabled("session", log::level::debug))
    log::debug("session", "client {} at {} lost its link", record_.client_id.view(), gone.peer());
  link_ = nullptr;
  at_.counters.connected.subtract();
  tell_presence();
  work([](auto& of, auto& env, auto& fx) { session::link_lost(of, env, fx); });
}

void session_seat::deliver(const publication_ptr& body, const session::addressing& to) {
  work([&](auto& of, auto& env, auto& fx) { session::deliver(of, env, body, to, fx); });
}

void session_seat::routed(const session::route_result& result) {
  work([&](auto& of, auto& env, auto& fx) { session::routed(of, env, result, fx); });
}

// One reason for each entry that was asked for; none where all is granted.
std::vector<mqtt::reason> session_seat::refusals_of(std::uint32_t ticket) const {
  for (std::uint32_t i = 0; i < record_.requests.size(); ++i) {
    const auto& asked = record_.requests[i];
    if (asked.ticket == ticket)
      return std::vector(asked.subscribe.entries.size() + asked.unsubscribe.filters.size(),
                         mqtt::reason::unspecified_error);
  }
  return {};
}

void session_seat::subscribed(std::uint32_t ticket, bool granted) {
  auto reasons = granted ? std::vector<mqtt::reason>{} : refusals_of(ticket);
  work([&](auto& of, auto& env, auto& fx) { session::subscribed(of, env, ticket, reasons, fx); });
}

void session_seat::unsubscribed(std::uint32_t ticket, bool granted) {
  auto reasons = granted ? std::vector<mqtt::reason>{} : refusals_of(ticket);
  work([&](auto& of, auto& env, auto& fx) { session::unsubscribed(of, env, ticket, reasons, fx); });
}

void session_seat::subscribe_for(const mqtt::subscribe& what) {
  work([&](auto& of, auto& env, auto& fx) { session::subscribe_for(of, env, what, fx); });
}

void session_seat::unsubscribe_for(const mqtt::unsubscribe& what) {
  work([&](auto& of, auto& env, auto& fx) { session::unsubscribe_for(of, env, what, fx); });
}

void session_seat::timeout(transport::timer_tick tick) {
  if (tick == armed_) look_at_time();  // else set for a deadline that has moved on
}

void session_seat::look_at_time() {
  armed_ = 0;
  work([](auto& of, auto& env, auto& fx) { session::timeout(of, env, fx); });
}

void session_seat::committed() {
  if (!keeping_ || keeping_->held.empty()) return;
  if (!link_) return keeping_->held.clear();
  keeping_->held.release(at_.durable->changes().committed(), *link_);
  keeping_->greets = false;
  if (!keeping_->held.empty()) at_.durable->changes().wait(self_, keeping_->held.next());
  if (record_.queued_messages() != 0 || record_.inflight.resend() != 0)
    on_writable(*link_);  // there is room again
  else
    pause_or_resume();
}

void session_seat::restore(session::record what) {
  record_ = std::move(what);
  record_.subscriptions.for_each(
    [this](const subscription& each) { has_shared_ |= split_share(each.filter).has_value(); });
  keeping_ = std::make_unique<keeping>();
  access_changed();
}

void session_seat::access_changed() {
  work([](auto& of, auto& env, auto& fx) { session::access_changed(of, env, fx); });
}

void session_seat::kick(mqtt::reason reason) {
  if (link_) work([&](auto& of, auto& env, auto& fx) { session::kicked(of, env, reason, fx); });
}

void session_seat::end(std::string_view by) {
  if (!by.empty()) rare().ended_by = by;
  work([](auto& of, auto& env, auto& fx) { session::end(of, env, fx); });
}

// -- effects --------------------------------------------------------------------------------------------------------

void session_seat::apply(session::effects& fx) noexcept {
  const auto concerns_store = record_.durable != 0 || !record_.connected;
  if (!concerns_store || !at_.durable) return session::apply(record_, fx);
  auto& changes = at_.durable->changes();
  if (!changes.apply(record_, fx)) return;
  if (!keeping_) keeping_ = std::make_unique<keeping>();
  keeping_->told = changes.number();
}

// What says something that the store does not know yet is held, and what comes behind it. A link that ends has no use
// for it; and one whose CONNACK was held is told nothing else [MQTT-3.2.0-1].
void session_seat::send(session::effects& fx) {
  if (!keeping_) return link_->send(fx.out);
  auto& held = keeping_->held;
  if (fx.close) {
    held.clear();
    if (!std::exchange(keeping_->greets, false)) link_->send(fx.out);
    return;
  }
  auto& changes = at_.durable->changes();
  const auto until = std::max(held.until(), fx.gated && keeping_->told > changes.committed() ? keeping_->told : 0);
  if (until == 0) return link_->send(fx.out);
  if (held.empty()) changes.wait(self_, until);
  held.add(fx.out, until);
}

void session_seat::carry_out(session::effects& fx) noexcept {
  count(fx);
  if (link_ && !fx.out.empty()) send(fx);
  for (auto& route : fx.routes) at_.routes.route(std::move(route), self_);
  for (auto& request : fx.subscribe) ask(std::move(request));
  for (auto& request : fx.unsubscribe) at_.requests.ask(self_, std::move(request));
  for (auto& left : fx.redispatches) {
    auto shard = shard_of(left.body->topic(), at_.office.loops());
    at_.office.send(shard, runtime::role::shard, redispatch{std::move(left.body), std::move(left.group), self_});
  }
  if (fx.close) let_go_of_link(fx.close->reason, fx.close->text);
  if (fx.ended) finish_session();
  auto faults = std::move(fx.debug_publishes);
  fx.clear();
  for (const auto& topic : faults) inject_fault(at_, topic);
}

void session_seat::count(const session::effects& fx) noexcept {
  auto& counters = at_.counters;
  if (fx.received.messages != 0) {
    traffic_.messages_received += fx.received.messages;
    traffic_.bytes_received += fx.received.bytes;
    counters.messages_received.add(fx.received.messages);
    counters.bytes_received.add(fx.received.bytes);
  }
  if (fx.delivered.messages != 0) {
    traffic_.messages_sent += fx.delivered.messages;
    traffic_.bytes_sent += fx.delivered.bytes;
    counters.messages_sent.add(fx.delivered.messages);
    counters.bytes_sent.add(fx.delivered.bytes);
  }
  if (fx.has_drops)
    for (std::size_t i = 0; i < fx.drops.size(); ++i) counters.drops[i].add(fx.drops[i].messages);
  tell_follower(at_.follows, record_.client_id.view(), fx.followed);
}

void session_seat::ask(session::subscribe_request request) {
  has_shared_ |=
    std::ranges::any_of(request.entries, [](const auto& e) { return split_share(e.what.filter).has_value(); });
  at_.requests.ask(self_, std::move(request));
}

void session_seat::let_go_of_link(mqtt::reason why, std::string_view text) {
  if (!link_) return;
  auto* link = std::exchange(link_, nullptr);
  at_.counters.connected.subtract();
  at_.chronicle.disconnected(record_.client_id.view(), *link, why, text);
  if (!text.empty()) {
    const bool fault = is_fault_of_client(why);
    if (fault) at_.counters.protocol_errors.add();
    log::peer_event("session", fault ? log::level::warning : log::level::info,
                    "client {} at {} is disconnected: {} (0x{:02X})", record_.client_id.view(), link->peer(), text,
                    static_cast<unsigned>(why));
  }
  link->close(close_reason_of(why), text);  // its handler tells whose it was to whom it may concern
  link->handler(at_.handshakes.farewell());
  tell_presence();
}

void session_seat::finish_session() {
  ended_ = true;
  if (rarely_)
    for (const auto& walk : rarely_->walks) at_.office.send(walk.shard, runtime::role::shard, abandon_walk{walk});
  auto client_id = record_.client_id;
  auto tell = [gone = unregister{client_id, self_}, &at = at_] {
    at.office.send(registry_of(gone.client_id, at.office.loops()), runtime::role::registry, gone);
  };
  if (keeping_)  // not before the store has forgotten it: the next one of that id may be on another loop
    at_.durable->changes().after(tell);
  else
    tell();
  const auto unwanted = record_.session_expiry == 0 ? admin::by_client : admin::by_node;
  at_.chronicle.ended(client_id.view(), rarely_ && !rarely_->ended_by.empty() ? rarely_->ended_by : unwanted);
  at_.counters.sessions.subtract();
  if (auto* actor = std::exchange(actor_, nullptr)) actor->cleanup(caf::exit_reason::normal, &at_.loop);
  at_.sessions.close(self_);
}

void session_seat::tell_presence() {
  if (!has_shared_ || ended_) return;
  for (std::uint32_t shard = 0; shard < at_.office.loops(); ++shard)
    at_.office.send(shard, runtime::role::shard, presence{self_, link_ != nullptr});
}

// -- after every input ----------------------------------------------------------------------------------------------

void session_seat::finish_input() {
  if (ended_) return;
  arm_timer();
  pause_or_resume();
  ask_for_retained();
  if (!link_ && record_.durable != 0 && !keeping_->sleep_timer) {
    keeping_->sleep_timer = true;
    wait_for(sleeps_after);
  }
}

// One timer at a time, at the earliest deadline ever asked for: a keep alive that moves on with every packet costs
// nothing.
void session_seat::arm_timer() {
  auto due = session::deadline(record_);
  if (!due) return;
  auto tick = transport::tick_at_or_after(*due);
  if (armed_ == 0 || tick < armed_) armed_ = at_.timers.add(*due, timer{self_});
}

void session_seat::pause_or_resume() {
  if (!link_) return;
  const auto holds_much = keeping_ && keeping_->held.bytes() > held_bytes_max;
  auto wanted = holds_much || rate_limited() || session::wants_pause(record_, via_->limits);
  if (wanted == link_->paused()) return;
  if (wanted)
    link_->pause();
  else
    link_->resume();
}

// -- sleep ----------------------------------------------------------------------------------------------------------

/// Whether the store has everything that the session is.
bool session_seat::may_sleep() const noexcept {
  if (!at_.durable || keeping_->told > at_.durable->changes().committed()) return false;
  if (!record_.requests.empty() || record_.unrouted_messages != 0) return false;
  if (rarely_ && !rarely_->walks.empty()) return false;
  for (std::uint32_t i = 0; record_.queue && i < record_.queue->end(); ++i)
    if (record_.queue->at(i).body && !record_.queue->at(i).durable()) return false;
  for (auto id = record_.inflight.first(); id != 0; id = record_.inflight.after(id))
    if (!record_.inflight.find(id)->what.durable()) return false;
  return true;
}

void session_seat::sleep_or_wait() {
  if (at_.loop.now() - record_.since >= sleeps_after && may_sleep()) return at_.durable->sleepers().put_to_sleep(*this);
  keeping_->sleep_timer = true;
  wait_for(sleeps_after);
}

// -- publish rate ---------------------------------------------------------------------------------------------------

bool session_seat::rate_limited() const noexcept { return rarely_ && rarely_->rate.exhausted(); }

void session_seat::charge_rate(std::span<const std::byte> packet) {
  const auto& limits = via_->limits;
  const auto is_publish = static_cast<unsigned>(packet[0]) >> 4 == static_cast<unsigned>(mqtt::packet_type::publish);
  if (!is_publish || !publish_rate::is_limited(limits)) return;
  auto& rate = rare().rate;
  rate.refill(limits, at_.loop.now());
  rate.charge(limits, packet.size());
  if (rate.exhausted()) wait_for(rate_interval);
}

void session_seat::wait_for(std::chrono::milliseconds how_long) {
  at_.timers.add(at_.loop.now() + how_long, timer{self_, 0, true});
}

void session_seat::waited() {
  if (keeping_) keeping_->sleep_timer = false;
  if (!link_ && record_.durable != 0) return sleep_or_wait();
  ask_for_retained();
  if (!rarely_ || !link_) return;
  rarely_->rate.refill(via_->limits, at_.loop.now());
  if (rate_limited())
    wait_for(rate_interval);
  else
    pause_or_resume();
}

// -- retained messages ----------------------------------------------------------------------------------------------

void session_seat::retained_waiting(walk_id walk) {
  auto& r = rare();
  r.walks.push_back(walk);
  if (at_.options.node_limits.retained_delivery_rate > 0) {
    r.next_walk = at_.loop.now() + rate_interval;
    return wait_for(rate_interval);
  }
  ask_for_retained();
}

void session_seat::ask_for_retained() {
  if (!rarely_ || rarely_->walks.empty() || record_.queued_messages() > retained_room) return;
  if (at_.loop.now() < rarely_->next_walk) return;
  for (const auto& walk : std::exchange(rarely_->walks, {}))
    at_.office.send(walk.shard, runtime::role::shard, continue_walk{walk});
}

}  // namespace troupe::actors
