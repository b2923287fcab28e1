#include "transport/link_set.hpp"

#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config/log.hpp"
#include "transport/packet_tap.hpp"
#include "transport/websocket/frame_encoder.hpp"

namespace troupe::transport {

namespace {

constexpr std::uint32_t no_slot = 0xFFFF'FFFF;
/// Links looked at in one process_pending().
constexpr std::size_t attention_max = 8;

std::uint32_t interest(const socket_link& link) noexcept {
  return (link.watches_in ? EPOLLIN : 0u) | (link.watches_out ? EPOLLOUT : 0u);
}

}  // namespace

link_set::link_set(reactor& on, open_handler on_open, link_stats& stats)
  : on_open_{std::move(on_open)},
    stats_{stats},
    free_slot_{no_slot},
    timers_{node_clock::now()},
    reader_{*this},
    writer_{*this},
    handshaker_{*this},
    reactor_{on},
    wheel_turn_{on} {
  reactor_.many([this](std::uint64_t tag, std::uint32_t events) { ready(tag, events); });
}

link_set::~link_set() {
  for (auto& entry : slots_)
    if (entry.link) entry.link->set = nullptr;
}

// --- who is here ---

socket_link& link_set::insert(std::unique_ptr<socket_link> added) {
  if (free_slot_ == no_slot) {
    slots_.emplace_back().next_free = no_slot;
    free_slot_ = static_cast<std::uint32_t>(slots_.size() - 1);
  }
  auto& entry = slots_[free_slot_];
  auto& link = *added;
  link.set = this;
  link.slot = std::exchange(free_slot_, entry.next_free);
  link.generation = entry.generation;
  entry.link = std::move(added);
  ++size_;
  return link;
}

std::unique_ptr<socket_link> link_set::take_out(socket_link& leaving) noexcept {
  writer_.drop(leaving);
  auto& entry = slots_[leaving.slot];
  auto link = std::move(entry.link);
  if (++entry.generation == 0) entry.generation = 1;  // of no link
  entry.next_free = std::exchange(free_slot_, leaving.slot);
  --size_;
  link->set = nullptr;
  link->armed = 0;
  link->is_noticed = false;
  return link;
}

socket_link* link_set::find(link_id id) noexcept {
  auto& entry = slots_[id.slot];
  return entry.generation == id.generation ? entry.link.get() : nullptr;
}

std::uint64_t link_set::tag_of(const socket_link& of) noexcept { return std::uint64_t{of.generation} << 32 | of.slot; }

void link_set::add(int fd, std::shared_ptr<listener> from, const peer_address& peer, admission as) {
  auto& fresh = insert(std::make_unique<socket_link>(fd, std::move(from), peer, as));
  try {
    reactor_.add(fd, interest(fresh), tag_of(fresh));
    handshaker_.begin(fresh);
  } catch (const std::exception& failure) {
    log::peer_event("link", log::level::error, "{}: {}", peer.text(), failure.what());
    finish(fresh, close_cause::handshake_refused);
  }
}

link& link_set::adopt(std::unique_ptr<link> moved) {
  // Every link of the node is a socket_link: release() is where they come from.
  auto& link = insert(std::unique_ptr<socket_link>{static_cast<socket_link*>(moved.release())});
  // It may have been resumed on the way; if it was not, the first event finds that out.
  link.watches_in = true;
  link.unwatched = false;
  try {
    reactor_.add(link.fd, interest(link), tag_of(link));
  } catch (const std::system_error& failure) {
    log::peer_event("link", log::level::error, "{}: {}", link.peer(), failure.what());
    finish(link, close_cause::reset);
  }
  if (link.deadline != 0) arm(link, time_of(link.deadline));
  notice(link);
  return link;
}

std::unique_ptr<link> link_set::release(link& moving) {
  auto& link = static_cast<socket_link&>(moving);
  writer_.flush(link);
  reader_.released(link);
  if (!link.unwatched) reactor_.remove(link.fd);
  return take_out(link);
}

// --- what epoll says ---

void link_set::ready(std::uint64_t tag, std::uint32_t events) {
  auto* link = find({static_cast<std::uint32_t>(tag), static_cast<std::uint32_t>(tag >> 32)});
  if (!link) return;
  if (link->phase == link_phase::dead) return unwatch(*link);  // or it is reported again and again until it is reaped
  const at_work mark{*mark_, link->mark()};
  contained(*link, [&] {
    if (link->in_handshake())
      handshaker_.proceed(*link);
    else
      ready_open(*link, events);
  });
}

// TLS may need the one direction for the other: either event serves both.
void link_set::ready_open(socket_link& on, std::uint32_t events) {
  if ((events & EPOLLOUT) || (on.tls && on.pending)) writer_.drain(on);
  if (on.phase == link_phase::dead) return;
  if (!(events & ~std::uint32_t{EPOLLOUT}) && !on.tls) return;
  if (on.phase == link_phase::open && !on.takes_packets())
    ready_while_paused(on, events);
  else if (!on.watches_in)
    ready_while_paused(on, events);
  else
    reader_.readable(on);
}

void link_set::ready_while_paused(socket_link& on, std::uint32_t events) {
  if (events & EPOLLERR) return finish(on, on.phase == link_phase::open ? close_cause::reset : on.cause);
  if (!(events & EPOLLHUP)) return watch(on, false, on.watches_out);
  // What the peer sent before it hung up is still to be read after the pause.
  unwatch(on);
}

void link_set::unwatch(socket_link& on) noexcept {
  reactor_.remove(on.fd);
  on.unwatched = true;
}

void link_set::watch(socket_link& on, bool in, bool out) noexcept {
  if (on.watches_in == in && on.watches_out == out) return;
  on.watches_in = in;
  on.watches_out = out;
  if (!on.unwatched) reactor_.modify(on.fd, interest(on), tag_of(on));
}

void link_set::watch_again(socket_link& on) noexcept {
  if (!on.unwatched) return watch(on, true, on.watches_out);
  on.watches_in = true;
  try {
    reactor_.add(on.fd, interest(on), tag_of(on));
    on.unwatched = false;
  } catch (const std::system_error&) {
    finish(on, close_cause::reset);
  }
}

// --- the turn ---

void link_set::flush() { writer_.flush_all(); }

void link_set::send_message(link& to, websocket::opcode what, std::span<const std::byte> message) {
  auto& link = static_cast<socket_link&>(to);
  if (link.phase == link_phase::open) writer_.message(link, what, message);
}

void link_set::notice(socket_link& to) {
  if (to.is_noticed) return;
  to.is_noticed = true;
  noticed_.push_back({to.slot, to.generation});
}

bool link_set::process_pending() {
  const auto count = static_cast<std::ptrdiff_t>(std::min(noticed_.size(), attention_max));
  attending_.assign(noticed_.begin(), noticed_.begin() + count);
  noticed_.erase(noticed_.begin(), noticed_.begin() + count);
  for (const auto id : attending_)
    if (auto* link = find(id)) {
      const at_work mark{*mark_, link->mark()};
      contained(*link, [&] { attend(*link); });
    }
  return !noticed_.empty();
}

void link_set::attend(socket_link& to) {
  to.is_noticed = false;
  const link_id id{to.slot, to.generation};
  if (to.tells_closed) tell_closed(to);
  if (to.phase == link_phase::dead) return reap(to);
  const bool writable = to.became_writable && to.phase == link_phase::open;
  to.became_writable = false;
  if (writable) {
    guarded(to, [&] { to.events->on_writable(to); });
    if (find(id) != &to) return;  // released
    if (to.takes_packets()) watch_again(to);
  }
  if (to.takes_packets() && ((to.unread && to.unread->blocked) || to.tls.has_unread()))
    reader_.resume(to);
  else if (to.phase == link_phase::flushing && !to.is_dirty && !to.pending)
    all_sent(to);
}

void link_set::reap(socket_link& dead) {
  // A peer that ended its stream may still read the answers of this turn.
  if (dead.cause == close_cause::closed_by_peer) writer_.flush(dead);
  tell_closed(dead);
  take_out(dead);
}

void link_set::tell_closed(socket_link& gone) {
  gone.tells_closed = false;
  auto* told = std::exchange(gone.events, nullptr);
  if (!told) return;
  stats_.closed.add(1);
  if (tap_) tap_->closed(gone, *told, gone.cause);
  guarded(gone, [&] { told->on_closed(gone, gone.cause); });
}

// --- beginning ---

void link_set::opened(socket_link& ready_link) {
  ready_link.phase = link_phase::open;
  ready_link.deadline = 0;
  ready_link.cause = close_cause::closed_by_node;
  const auto interval = ready_link.accepted_by->options().websocket.ping_interval;
  if (ready_link.websocket && interval.count() > 0) {
    ready_link.heard = tick_before(now());
    arm(ready_link, now() + interval);
  }
  stats_.opened.add(1);
  if (tap_) tap_->opened(ready_link);
  if (ready_link.tls.has_unread()) notice(ready_link);
  try {
    ready_link.events = &on_open_(ready_link, ready_link.admitted);
  } catch (const std::exception& failure) {
    handler_failed({ready_link.slot, ready_link.generation}, failure.what());
  }
  if (!ready_link.events) finish(ready_link, close_cause::closed_by_node);
}

void link_set::refuse(socket_link& refused, refusal why, std::string_view text) {
  refused.accepted_by->count(why);
  log::peer_event("link", log::level::info, "{} refused on {}: {}: {}", refused.peer(),
                  refused.accepted_by->options().name, to_string(why), text);
  close_refused(refused);
}

void link_set::close_refused(socket_link& refused) {
  refused.cause = close_cause::handshake_refused;
  refused.phase = link_phase::flushing;
  arm(refused, now() + refused.limits().linger);
  notice(refused);
}

// --- end ---

void link_set::finish(socket_link& ending, close_cause cause) noexcept {
  if (ending.phase == link_phase::dead) return;
  ending.phase = link_phase::dead;
  ending.cause = cause;
  notice(ending);
}

void link_set::begin_close(socket_link& closing, close_reason why, std::string_view text) {
  if (closing.in_handshake()) return finish(closing, close_cause::closed_by_node);
  if (closing.phase != link_phase::open) return;
  if (tap_) tap_->closing(closing, why, text);
  closing.phase = link_phase::flushing;
  closing.is_paused = closing.is_flooded = false;
  if (const auto unread = std::move(closing.unread)) {
    ended(closing, unread->end);
    reader_.discard(closing, unread->raw);
  }
  if (closing.websocket) {
    const auto code =
      closing.close_code ? static_cast<websocket::close_code>(closing.close_code) : websocket::code_of(why);
    std::vector<std::byte> frame;
    websocket::append_close(frame, code, text);
    writer_.verbatim(closing, frame);
  }
  arm(closing, now() + closing.limits().linger);
  watch_again(closing);
  notice(closing);
}

void link_set::all_sent(socket_link& closing) {
  if (closing.ends_when_sent())
    finish(closing, closing.cause);
  else if (closing.websocket && !closing.peer_closed && !closing.stream_broken)
    closing.phase = link_phase::awaiting_close;
  else
    shut_down_sending(closing);
}

// The reason reaches the peer only if we go on reading: a close with unread input would reset the connection.
void link_set::shut_down_sending(socket_link& closing) {
  closing.tls.shut_down();
  closing.phase = link_phase::draining;
  if (::shutdown(closing.fd, SHUT_WR) < 0) return finish(closing, closing.cause);
  watch_again(closing);
}

void link_set::ended(socket_link& closing, stream_end how) {
  if (how.kind == stream_end::kind::none) return;
  if (how.kind == stream_end::kind::close_frame)
    closing.peer_closed = true;
  else
    closing.stream_broken = true;
  if (closing.phase == link_phase::awaiting_close) shut_down_sending(closing);
}

void link_set::closed_by_peer(socket_link& from, std::uint16_t code) {
  from.cause = close_cause::closed_by_peer;
  from.peer_closed = true;
  from.tells_closed = true;
  from.close_code = websocket::may_be_sent(code) ? code : static_cast<std::uint16_t>(websocket::close_code::no_status);
  begin_close(from, close_reason::normal, {});
}

void link_set::violated(socket_link& by, close_cause cause, std::string_view text) {
  stats_.violations.add(1);
  log::peer_event("link", log::level::info, "{} cut off on {}: {}", by.peer(), by.accepted_by->options().name, text);
  by.cause = cause;
  const link_id id{by.slot, by.generation};
  guarded(by, [&] { by.events->on_violation(by, cause, text); });
  if (find(id) == &by)
    by.close(cause == close_cause::too_large ? close_reason::too_large : close_reason::protocol_error, text);
}

void link_set::handler_failed(link_id on, std::string_view text) noexcept {
  stats_.handler_failures.add(1);
  auto* link = find(on);
  log::peer_event("link", log::level::error, "{}: a handler failed: {}", link ? link->peer() : "released link", text);
  if (link) link->close(close_reason::internal_error, "internal error");
}

void link_set::gave_out(link_id on, std::string_view text) noexcept {
  auto* link = find(on);
  log::peer_event("link", log::level::error, "{}: {}", link ? link->peer() : "released link", text);
  if (link) finish(*link, close_cause::reset);
}

void link_set::close_all(close_reason why, std::string_view text) {
  for (std::size_t i = 0; i < slots_.size(); ++i)
    if (slots_[i].link) slots_[i].link->close(why, text);
}

// --- time ---

void link_set::arm(socket_link& on, time_point deadline) {
  on.deadline = tick_at_or_after(deadline);
  if (on.armed != 0 && on.armed <= on.deadline) return;  // fires earlier and looks again
  on.armed = timers_.add(deadline, {on.slot, on.generation});
  await_next_deadline();
}

void link_set::await_next_deadline() {
  const auto next = timers_.next();
  if (!next || (wheel_turn_.due() && *wheel_turn_.due() <= *next)) return;
  wheel_turn_.at(*next, [this] { advance(node_clock::now()); });
}

void link_set::advance(time_point to) {
  advanced_to_ = std::max(advanced_to_, to);
  timers_.advance(to, [this](link_id id, timer_tick tick) { fired(id, tick); });
  await_next_deadline();
  process_pending();
}

void link_set::fired(link_id id, timer_tick tick) {
  auto* link = find(id);
  if (!link || link->armed != tick) return;
  link->armed = 0;
  if (link->deadline == 0 || link->phase == link_phase::dead) return;
  if (link->deadline > tick) return arm(*link, time_of(link->deadline));
  expired(*link);
}

void link_set::expired(socket_link& on) {
  if (on.phase == link_phase::open) return judge_silence(on);
  if (!on.in_handshake()) return finish(on, on.cause);
  on.accepted_by->count(refusal::handshake_timeout);
  log::peer_event("link", log::level::info, "{} refused on {}: handshake not done in time", on.peer(),
                  on.accepted_by->options().name);
  finish(on, close_cause::handshake_timeout);
}

// A background tab answers pings late, hence the grace; and whom we do not read cannot be heard.
void link_set::judge_silence(socket_link& on) {
  const auto& options = on.accepted_by->options().websocket;
  if (!on.takes_packets()) {
    on.heard = tick_before(now());
    on.ping_sent = false;
  }
  const auto patience = options.ping_interval + (on.ping_sent ? options.ping_grace : std::chrono::seconds{0});
  const auto limit = time_of(on.heard) + patience;
  // At least once in an interval: whoever answers a ping is due the next one an interval after the answer.
  if (now() < limit) return arm(on, std::min(limit, now() + options.ping_interval));
  if (on.ping_sent) {
    on.cause = close_cause::ping_timeout;
    log::peer_event("link", log::level::info, "{} cut off on {}: no answer to a ping", on.peer(),
                    on.accepted_by->options().name);
    return begin_close(on, close_reason::policy_violation, "no answer to a ping");
  }
  std::vector<std::byte> ping;
  websocket::append_ping(ping);
  writer_.verbatim(on, ping);
  on.ping_sent = true;
  arm(on, now() + std::min(options.ping_interval, options.ping_grace));
}

}  // namespace troupe::transport
