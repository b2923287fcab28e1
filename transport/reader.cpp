#include "transport/reader.hpp"

#include <algorithm>
#include <utility>

#include "transport/link_set.hpp"
#include "transport/packet_tap.hpp"
#include "transport/websocket/utf8.hpp"

namespace troupe::transport {

namespace {

/// Scratch memory above this is given back: one large message must not cost a loop its size for good.
constexpr std::size_t scratch_kept = 64 * 1024;

void tidy(std::vector<std::byte>& scratch) {
  if (scratch.capacity() > scratch_kept)
    scratch = {};
  else
    scratch.clear();
}

// One frame may hold the largest packet; a smaller limit of frames is an option.
websocket::frame_rules rules_of(const socket_link& link, bool messages) {
  const auto& options = link.accepted_by->options();
  const auto bytes_max =
    options.websocket.frame_bytes_max ? options.websocket.frame_bytes_max : options.limits.packet_bytes_max;
  websocket::frame_rules rules;
  rules.frame_bytes_max = rules.message_bytes_max = bytes_max;
  rules.accept_text = messages;
  rules.compression = link.deflate != nullptr;
  rules.message_events = rules.compression || messages;
  return rules;
}

close_cause cause_of(websocket::close_code code) {
  return code == websocket::close_code::too_large ? close_cause::too_large : close_cause::malformed;
}

bool inflates(const socket_link& link) noexcept { return link.deflate && link.deflate->unfinished(); }

stream_end violation_of(websocket::close_code code, std::string_view text) {
  return {stream_end::kind::violation, cause_of(code), static_cast<std::uint16_t>(code), text};
}

bool takes_input(const socket_link& link) noexcept {
  return link.takes_packets() || (link.open_or_closing() && link.phase != link_phase::open);
}

}  // namespace

reader::reader(link_set& owner) : set_{owner}, buffer_{std::make_unique<std::byte[]>(buffer_bytes)} {}

void reader::readable(socket_link& from) {
  if (from.unread && from.unread->blocked && from.phase == link_phase::open) {
    set_.notice(from);
    return set_.watch(from, false, from.watches_out);  // or epoll would report it again and again until then
  }
  auto budget = read_budget;
  while (takes_input(from) && read_once(from, budget)) {
    if (budget != 0) continue;
    if (from.tls.has_unread()) set_.notice(from);  // epoll does not know of it
    return;
  }
}

// False: stop, and do not touch the link, which may have been released.
bool reader::read_once(socket_link& from, std::size_t& budget) {
  const auto asked = std::min(budget, buffer_bytes);
  const auto [status, bytes] = from.read(buffer().first(asked));
  if (status == io_status::want_write) set_.watch(from, from.watches_in, true);
  if (status == io_status::closed || status == io_status::failed) end_of_stream(from, status);
  if (status != io_status::done) return false;
  budget -= bytes;
  from.received += bytes;
  set_.stats_.bytes_received.add(bytes);
  if (from.deadline != 0 && from.phase == link_phase::open) {  // server pings are on
    from.heard = tick_before(set_.now());
    from.ping_sent = false;
  }
  const bool drained = !from.tls && bytes < asked;
  if (from.phase == link_phase::open) return received(from, buffer().first(bytes)) && !drained;
  discard(from, buffer().first(bytes));
  return !drained;
}

void reader::end_of_stream(socket_link& from, io_status how) {
  if (from.phase == link_phase::flushing && how == io_status::closed && !from.tls) {
    // The peer sends no more, but may well read what is being flushed.
    from.peer_closed = true;
    return set_.watch(from, false, from.watches_out);
  }
  if (from.phase != link_phase::open) return set_.finish(from, from.cause);
  set_.finish(from, how == io_status::closed ? close_cause::closed_by_peer : close_cause::reset);
}

void reader::begin(socket_link& from) noexcept {
  at_ = {};
  at_.link = &from;
  may_inflate_ = inflate_budget;
}

bool reader::received(socket_link& from, std::span<std::byte> bytes) {
  begin(from);
  const bool go_on = from.websocket ? decode(bytes) : run(bytes);
  at_ = {};
  tidy(partial_);
  return go_on;
}

void reader::input(socket_link& from, std::span<std::byte> bytes) {
  if (bytes.empty()) return;
  if (from.takes_packets()) {
    received(from, bytes);
  } else if (from.phase == link_phase::open) {
    auto& unread = from.unread_or_new();
    unread.raw.assign(bytes.begin(), bytes.end());
    unread.blocked = true;
  }
}

void reader::resume(socket_link& from) {
  if (from.unread && from.unread->blocked) {
    auto held = std::move(*from.unread);
    from.unread.reset();
    begin(from);
    at_.raw = held.raw;
    at_.end = held.end;
    partial_ = std::move(held.data);
    const bool go_on =
      run(partial_) && (!inflates(from) || inflate()) && handle_end() && (held.raw.empty() || decode(held.raw));
    at_ = {};
    tidy(partial_);
    if (!go_on) return;
    set_.watch(from, true, from.watches_out);
  }
  readable(from);
}

void reader::released(socket_link& leaving) {
  if (at_.link != &leaving) return;
  keep_undelivered(leaving, true);
  at_.link = nullptr;
}

// Delivers the packets of one run; a part of a packet stays with the link.
bool reader::run(std::span<const std::byte> data) {
  auto& from = *at_.link;
  if (data.empty()) return true;
  if (from.unread && !from.unread->data.empty()) {
    partial_ = std::move(from.unread->data);
    partial_.insert(partial_.end(), data.begin(), data.end());
    data = partial_;
  }
  const bool go_on = deliver(data);
  if (!at_.link) return false;
  keep_undelivered(from, !go_on);
  at_.data = {};
  return go_on;
}

bool reader::deliver(std::span<const std::byte> data) {
  at_.data = data;
  while (!at_.data.empty()) {
    auto& to = *at_.link;
    if (!to.takes_packets()) return false;
    const auto next = mqtt::next_frame(at_.data, to.limits().packet_bytes_max);
    using state = enum mqtt::frame::state;
    if (next.state == state::incomplete) return true;
    if (next.state != state::complete) {
      const bool large = next.state == state::too_large;
      at_.data = {};
      set_.violated(to, large ? close_cause::too_large : close_cause::malformed,
                    large ? "packet exceeds packet_bytes_max" : "malformed fixed header");
      return false;
    }
    if (!deliver_packet(next.size)) return false;
  }
  return at_.link->takes_packets();
}

bool reader::deliver_packet(std::size_t size) {
  auto& to = *at_.link;
  const auto packet = at_.data.first(size);
  at_.data = at_.data.subspan(size);
  set_.stats_.packets_received.add(1);
  if (set_.tap_) [[unlikely]]
    set_.tap_->received(to, packet);
  set_.guarded(to, [&] { to.events->on_packet(to, packet); });
  return at_.link != nullptr;
}

bool reader::decode(std::span<std::byte> raw) {
  websocket::received_bytes in{raw};
  at_.raw = raw;
  at_.frames = &in;
  const bool go_on = at_.link->deflate || as_messages() ? decode_messages(in) : decode_plain(in);
  at_.frames = nullptr;
  at_.raw = {};
  return go_on;
}

// Frame boundaries mean nothing to MQTT [MQTT-6.0.0-2]: all payloads of a read are one run.
bool reader::decode_plain(websocket::received_bytes& in) {
  const auto rules = rules_of(*at_.link, false);
  for (;;) {
    const auto event = at_.link->decoder.next(in, rules);
    if (event.kind == websocket::frame_event::kind::none || !control(event)) break;
  }
  return run(in.take()) && handle_end();
}

bool reader::decode_messages(websocket::received_bytes& in) {
  const auto rules = rules_of(*at_.link, as_messages());
  for (;;) {
    auto& from = *at_.link;
    const auto event = from.decoder.next(in, rules);
    using kind = enum websocket::frame_event::kind;
    if (event.kind == kind::message_begin) {
      from.message_opcode = static_cast<std::uint8_t>(event.opcode) & 0x0F;
      from.message_compressed = event.compressed;
    } else if (event.kind == kind::message_end) {
      if (!message_part(in.take(), true)) return false;
    } else if (event.kind == kind::none || !control(event)) {
      const auto part = in.take();
      return (part.empty() || message_part(part, false)) && handle_end();
    }
  }
}

bool reader::message_part(std::span<const std::byte> part, bool last) {
  if (at_.link->message_compressed) {
    at_.link->deflate->put(part, last);
    return inflate();
  }
  return as_messages() ? whole_message(part, last) : run(part);
}

bool reader::inflate() {
  using outcome = websocket::permessage_deflate::outcome;
  for (;;) {
    auto& from = *at_.link;
    if (may_inflate_ == 0 && !as_messages()) return keep_for_next_turn(from), false;
    const auto bytes_max = rules_of(from, as_messages()).message_bytes_max;
    const auto result = from.deflate->inflate(bytes_max, set_.writer_.engines(), inflated_);
    may_inflate_ -= std::min(may_inflate_, inflated_.size());
    if (result == outcome::malformed || result == outcome::too_large) {
      const bool large = result == outcome::too_large;
      at_.end = violation_of(large ? websocket::close_code::too_large : websocket::close_code::invalid_payload,
                             large ? "message exceeds its limit when inflated" : "compressed data is malformed");
      return handle_end();
    }
    if (!(as_messages() ? whole_message(inflated_, result == outcome::complete) : run(inflated_))) return false;
    if (result != outcome::more) return true;
  }
}

bool reader::whole_message(std::span<const std::byte> part, bool last) {
  auto& from = *at_.link;
  if (from.unread || !last) {
    auto& data = from.unread_or_new().data;
    data.insert(data.end(), part.begin(), part.end());
    if (!last) return true;
    partial_ = std::move(data);
    from.unread.reset();
    part = partial_;
  }
  const auto what = static_cast<websocket::opcode>(from.message_opcode);
  if (what == websocket::opcode::text && from.message_compressed && !websocket::is_utf8(part)) {
    at_.end = violation_of(websocket::close_code::invalid_payload, "text is not UTF-8");
    return handle_end();
  }
  set_.guarded(from, [&] { set_.messages_->on_message(from, what, part); });
  if (!at_.link) return false;
  if (from.takes_packets()) return true;
  keep_undelivered(from, true);
  return false;
}

// False at what ends the stream: it waits on the cursor until the data before it is delivered.
bool reader::control(const websocket::frame_event& event) {
  using kind = enum websocket::frame_event::kind;
  if (event.kind == kind::ping) set_.writer_.pong(*at_.link, event.payload);
  if (event.kind == kind::violation) at_.end = violation_of(event.code, event.text);
  if (event.kind == kind::close)
    at_.end = {stream_end::kind::close_frame, {}, static_cast<std::uint16_t>(event.code), {}};
  return at_.end.kind == stream_end::kind::none;
}

bool reader::handle_end() {
  const auto end = std::exchange(at_.end, {});
  if (end.kind == stream_end::kind::none) return true;
  auto& from = *at_.link;
  if (from.phase != link_phase::open) {
    set_.ended(from, end);
  } else if (end.kind == stream_end::kind::close_frame) {
    set_.closed_by_peer(from, end.code);
  } else {
    from.close_code = end.code;
    from.stream_broken = true;
    set_.violated(from, end.cause, end.text);
  }
  return false;
}

std::span<std::byte> reader::raw_left() const noexcept {
  if (at_.end.kind != stream_end::kind::none) return {};
  return at_.frames ? at_.raw.last(at_.frames->left()) : at_.raw;
}

// `blocked`: the handler stopped the reading. Otherwise only a part of a packet is left, and decoding goes on.
void reader::keep_undelivered(socket_link& of, bool blocked) {
  if (of.phase != link_phase::open) {
    set_.ended(of, at_.end);
    if (of.websocket) discard(of, raw_left());
    of.unread.reset();
    return;
  }
  const auto raw = blocked ? raw_left() : std::span<std::byte>{};
  const bool more_behind = blocked && (at_.end.kind != stream_end::kind::none || inflates(of));
  if (at_.data.empty() && raw.empty() && !more_behind) return of.unread.reset();
  auto& unread = of.unread_or_new();
  // Untouched means that no handler holds a view into it either: growing packets are moved, not copied.
  const bool untouched = !partial_.empty() && at_.data.data() == partial_.data();
  if (untouched)
    unread.data = std::move(partial_);
  else
    unread.data.assign(at_.data.begin(), at_.data.end());
  unread.raw.assign(raw.begin(), raw.end());
  unread.end = blocked ? at_.end : stream_end{};
  unread.blocked = blocked;
}

// The part of a packet that may be there stays as it is.
void reader::keep_for_next_turn(socket_link& of) {
  auto& unread = of.unread_or_new();
  const auto raw = raw_left();
  unread.raw.assign(raw.begin(), raw.end());
  unread.end = at_.end;
  unread.blocked = true;
  set_.notice(of);
}

// A closing link: only the peer's close frame is of interest.
void reader::discard(socket_link& from, std::span<std::byte> bytes) {
  if (!from.websocket || from.stream_broken || from.phase == link_phase::draining || bytes.empty()) return;
  websocket::received_bytes in{bytes};
  const auto rules = rules_of(from, as_messages());
  for (;;) {
    const auto event = from.decoder.next(in, rules);
    in.take();
    using kind = enum websocket::frame_event::kind;
    if (event.kind == kind::none) return;
    if (event.kind != kind::close && event.kind != kind::violation) continue;
    return set_.ended(
      from, {event.kind == kind::close ? stream_end::kind::close_frame : stream_end::kind::violation, {}, 0, {}});
  }
}

bool reader::as_messages() const noexcept { return set_.messages_ != nullptr; }

}  // namespace troupe::transport
