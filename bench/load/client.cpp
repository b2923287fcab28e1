#include "bench/load/client.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <sys/epoll.h>

#include "bench/load/upgrade_request.hpp"
#include "bench/load/workbench.hpp"
#include "bench/measure/stamp.hpp"
#include "transport/mqtt/codec.hpp"

namespace troupe::bench {

namespace {

constexpr std::uint32_t packet_bytes_max = 256 * 1024 * 1024;
/// Else the kernel would take megabytes for a slow reader, and the broker see nothing of it.
constexpr int slow_receive_buffer = 8 * 1024;

/// Without compression MQTT needs no boundaries of messages.
constexpr websocket::frame_rules server_frames(bool compression) {
  return {.frame_bytes_max = packet_bytes_max,
          .message_bytes_max = packet_bytes_max,
          .masked = false,
          .accept_text = false,
          .compression = compression,
          .message_events = compression};
}

}  // namespace

// -- coming and going -------------------------------------------------------------------------------------------------

void client::open(workbench& at, std::uint32_t self) {
  opened_ = now_ns();
  stage_ = stage::connecting;
  ++at.opening;
  const auto& sources = at.what.sources;
  const auto* source = sources.empty() ? nullptr : &sources[at.number(self) % sources.size()];
  const auto slow = at.what.slow(at.place_of(self));
  const auto result =
    link_.connect(at.what.to, source, at.what.what == plan::kind::churn, slow ? slow_receive_buffer : 0);
  if (result == link::status::failed) return fail(at, self, "connect: " + link_.failure());
  watch(at, self);
  if (result == link::status::done) secure(at, self);
}

/// Once and for all: the edges of both directions are told, so nothing is to be changed when output has to wait, and
/// what has been told is not looked at again by the next epoll_wait.
void client::watch(workbench& at, std::uint32_t self) const {
  epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.u64 = self}};
  epoll_ctl(at.patient(self) ? at.patient_epoll : at.epoll, EPOLL_CTL_ADD, link_.fd(), &event);
}

/// TCP is there.
void client::secure(workbench& at, std::uint32_t self) {
  stage_ = stage::securing;
  const auto result = link_.secure(at.what.to);
  if (result == link::status::done) return begin(at, self);
  if (result != link::status::want_read && result != link::status::want_write) fail(at, self, link_.failure());
}

enum framing client::framing(const workbench& at) const noexcept {
  if (!at.what.to.websocket) return bench::framing::bare;
  return compressing_ ? bench::framing::compressed_frames : bench::framing::frames;
}

/// The link is there.
void client::begin(workbench& at, std::uint32_t self) {
  if (!at.what.to.websocket) return enter(at, self);
  stage_ = stage::upgrading;
  write_upgrade_request(at.what.to, at.text);
  at.output.put_text(at.text);
  flush(at, self);
}

void client::enter(workbench& at, std::uint32_t self) {
  stage_ = stage::entering;
  mqtt::connect hello{.version = at.what.version,
                      .clean_start = at.what.clean_start && !(cut_ && at.what.keeps_sessions()),
                      .keep_alive = at.what.keep_alive,
                      .session_expiry = at.what.session_expiry,
                      .receive_maximum = at.what.properties.receive_maximum,
                      .maximum_packet_size = at.what.properties.maximum_packet_size};
  write_client_id(at.what, at.number(self), at.text);
  hello.client_id = at.text;
  if (!at.what.user.empty()) {
    write_user(at.what, at.number(self), at.more_text);
    hello.user_name = at.more_text;
    if (!at.what.password.empty()) hello.password = std::as_bytes(std::span{at.what.password});
  }
  at.output.put(framing(at), hello);
  flush(at, self);
}

void client::entered(workbench& at, std::uint32_t self, const mqtt::connack& answer) {
  if (stage_ != stage::entering) return fail(at, self, "CONNACK out of turn");
  if (answer.reason != mqtt::reason::success)
    return fail(at, self, "CONNACK refuses: reason " + std::to_string(static_cast<unsigned>(answer.reason)));
  (cut_ ? at.returning : at.connecting).add(at.now - opened_);
  aliasing_ = at.what.properties.topic_alias && answer.topic_alias_maximum != 0;
  topic_known_ = false;
  window_ = at.what.window;
  if (at.what.qos != troupe::qos::at_most_once)
    window_ = window_ == 0 ? answer.receive_maximum : std::min(window_, answer.receive_maximum);
  else if (!at.end_to_end_window())
    window_ = 0;
  const auto resumed = cut_ && answer.session_present;
  if (cut_ && !resumed) forget_session(at);
  if (at.place_of(self).role == role::subscriber && !resumed) return subscribe(at, self);
  become_ready(at, self);
}

void client::subscribe(workbench& at, std::uint32_t self) {
  stage_ = stage::subscribing;
  write_topic(at.what, at.number(self), at.text);
  if (!at.what.share.empty()) at.text = "$share/" + at.what.share + "/" + at.text;
  const auto& properties = at.what.properties;
  mqtt::subscribe wish{.packet_id = 1, .identifier = properties.subscription_id};
  mqtt::subscribe::entry entry{.filter = at.text};
  entry.options.maximum_qos = at.what.qos;
  entry.options.no_local = properties.no_local;
  entry.options.retain_as_published = properties.retain_as_published;
  entry.options.retain_handling = static_cast<retain_handling>(properties.retain_handling);
  wish.entries.push_back(entry);
  at.output.put(framing(at), mqtt::packet{std::move(wish)});
}

void client::become_ready(workbench& at, std::uint32_t self) {
  stage_ = stage::ready;
  --at.opening;
  if (at.what.slow(at.place_of(self))) become_slow(at, self);
  if (cut_) return come_back(at, self);
  ++at.count.ready;
  if (compressing_) ++at.count.compressed;
  if (at.what.what != plan::kind::churn) return;
  ++at.count.cycles;
  leave(at, self);
  at.away.add(self);
}

/// From here on nothing that comes wakes anybody.
void client::become_slow(workbench& at, std::uint32_t self) const {
  epoll_ctl(at.epoll, EPOLL_CTL_DEL, link_.fd(), nullptr);
  if (!cut_) at.slow.push_back(self);
}

void client::cut(workbench& at, std::uint32_t self) {
  if (stage_ != stage::ready) return;
  ++at.count.cut;
  cut_ = true;
  close(at, false);
  at.away.add(self);
}

void client::come_back(workbench& at, std::uint32_t self) {
  ++at.count.back;
  at.count.last_back_at = at.now;
  send_again(at, self);
  at.to_pump.push_back(self);
}

void client::leave(workbench& at, std::uint32_t self) {
  if (stage_ != stage::ready || rest_out_) return close(at, false);
  at.output.clear();
  at.output.put(framing(at), mqtt::disconnect{});
  if (at.what.to.websocket) at.output.put_frame(websocket::opcode::close, {});
  flush(at, self);
  close(at, true);
}

void client::fail(workbench& at, std::uint32_t self, std::string_view why) {
  if (stage_ == stage::closed) return;
  at.note(why);
  const auto was_ready = stage_ == stage::ready;
  ++(was_ready ? at.what.slow(at.place_of(self)) ? at.count.slow_closed : at.count.closed : at.count.refused);
  close(at, false);
  if (cut_ && was_ready) --at.count.back;
  if (at.what.what != plan::kind::churn && !cut_) return;
  was_ready ? at.away.add(self) : at.away.add_refused(self, at.now);
}

void client::close(workbench& at, bool orderly) noexcept {
  if (stage_ != stage::closed && stage_ != stage::ready) --at.opening;
  link_.close(orderly);
  stage_ = stage::closed;
  rest_in_.reset();
  rest_out_.reset();
  decoder_ = {};
  compressing_ = inflating_ = false;
  at.output.clear();
}

// -- receiving --------------------------------------------------------------------------------------------------------

void client::on_event(workbench& at, std::uint32_t self, std::uint32_t events) {
  if (stage_ == stage::closed) return;
  if (stage_ == stage::connecting) {
    const auto result = link_.connected(events);
    if (result == link::status::failed) return fail(at, self, "connect: " + link_.failure());
    if (result != link::status::done) return;
    secure(at, self);
  } else if (stage_ == stage::securing) {
    secure(at, self);
  }
  if (stage_ <= stage::securing) return;
  if (events & EPOLLOUT) flush_rest(at, self);
  if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) receive(at, self, (events & EPOLLRDHUP) != 0);
}

/// Reads until nothing is left, or what is left would be told: a read that has not filled its buffer has emptied the
/// socket, but for the end behind it (`to_the_end`) and for what TLS has not asked for yet.
void client::receive(workbench& at, std::uint32_t self, bool to_the_end) {
  for (auto more = true; more;) {
    if (stage_ == stage::closed) return;
    const auto got = link_.receive(at.input);
    ++at.count.receives;
    if (got.status == link::status::want_read || got.status == link::status::want_write) break;
    if (got.status == link::status::closed) return fail(at, self, "the broker closed the connection");
    if (got.status == link::status::failed) return fail(at, self, link_.failure());
    more = to_the_end || at.what.to.secure || got.bytes == at.input.size();
    take(at, self, std::span{at.input}.first(got.bytes));
  }
  flush(at, self);
}

void client::sip(workbench& at, std::uint32_t self, std::size_t bytes) {
  if (stage_ != stage::ready) return;
  if (rest_out_) flush_rest(at, self);
  while (bytes > 0 && stage_ == stage::ready) {
    const auto got = link_.receive(std::span{at.input}.first(std::min(bytes, at.input.size())));
    ++at.count.receives;
    if (got.status == link::status::want_read || got.status == link::status::want_write) break;
    if (got.status != link::status::done) return fail(at, self, "the broker closed the connection of a slow reader");
    bytes -= got.bytes;
    take(at, self, std::span{at.input}.first(got.bytes));
  }
  flush(at, self);
}

void client::take(workbench& at, std::uint32_t self, std::span<std::byte> bytes) {
  at.now = now_ns();
  at.count.bytes_in += bytes.size();
  if (stage_ == stage::upgrading) bytes = upgraded(at, self, bytes);
  if (!bytes.empty()) unframe(at, self, bytes);
  if (stage_ == stage::ready && in_flight_ < sent_) publish_due(at, self);
}

/// Takes the answer to the upgrade request; gives what follows it.
std::span<std::byte> client::upgraded(workbench& at, std::uint32_t self, std::span<std::byte> bytes) {
  bytes = behind_rest(at, bytes);
  const auto answer = read_upgrade_answer(bytes);
  if (!answer.refusal.empty()) {
    fail(at, self, answer.refusal);
    return {};
  }
  if (answer.bytes == 0) {
    keep(bytes);
    return {};
  }
  compressing_ = answer.compression;
  enter(at, self);
  return stage_ == stage::closed ? std::span<std::byte>{} : bytes.subspan(answer.bytes);
}

void client::unframe(workbench& at, std::uint32_t self, std::span<std::byte> bytes) {
  if (!at.what.to.websocket) return split(at, self, bytes);
  using kind = enum websocket::frame_event::kind;
  static constexpr auto plain = server_frames(false), compressed = server_frames(true);
  websocket::received_bytes run{bytes};
  at.inflated.clear();
  for (;;) {
    const auto event = decoder_.next(run, compressing_ ? compressed : plain);
    if (event.kind == kind::none) break;
    if (event.kind == kind::ping) at.output.put_frame(websocket::opcode::pong, event.payload);
    if (event.kind == kind::message_begin) inflating_ = event.compressed;
    if (event.kind == kind::message_end && !inflate(at, run.take()))
      return fail(at, self, "what the broker sends is not compressed as agreed");
    if (event.kind == kind::violation) return fail(at, self, event.text);
    if (event.kind == kind::close) {
      split(at, self, compressing_ ? at.inflated : run.take());
      return fail(at, self, "the broker closed the WebSocket");
    }
  }
  if (!compressing_) return split(at, self, run.data());
  if (!inflating_)
    inflate(at, run.take());
  else if (!run.data().empty())
    keep_message(run.take());
  split(at, self, at.inflated);
}

/// Takes the end of a message, as far as it has not come before; of one that is not compressed also any other part.
bool client::inflate(workbench& at, std::span<const std::byte> end) {
  if (!inflating_) {
    at.inflated.insert(at.inflated.end(), end.begin(), end.end());
    return true;
  }
  inflating_ = false;
  if (!rest_in_ || rest_in_->message.empty()) return at.compression.inflate(end, at.inflated);
  keep_message(end);
  const auto message = std::move(rest_in_->message);
  if (rest_in_->packet.empty()) rest_in_.reset();
  return at.compression.inflate(message, at.inflated);
}

void client::keep_message(std::span<const std::byte> part) {
  if (!rest_in_) rest_in_ = std::make_unique<remainder>();
  rest_in_->message.insert(rest_in_->message.end(), part.begin(), part.end());
}

void client::keep(std::span<const std::byte> bytes) {
  if (!rest_in_) rest_in_ = std::make_unique<remainder>();
  rest_in_->packet.assign(bytes.begin(), bytes.end());
}

/// `bytes`, behind those of a packet that has begun before.
std::span<std::byte> client::behind_rest(workbench& at, std::span<std::byte> bytes) {
  if (!rest_in_ || rest_in_->packet.empty()) return bytes;
  at.joined.assign(rest_in_->packet.begin(), rest_in_->packet.end());
  at.joined.insert(at.joined.end(), bytes.begin(), bytes.end());
  rest_in_->packet = {};
  if (rest_in_->message.empty()) rest_in_.reset();
  return at.joined;
}

/// Cuts a run of bytes into packets; what is left waits for the next.
void client::split(workbench& at, std::uint32_t self, std::span<std::byte> bytes) {
  bytes = behind_rest(at, bytes);
  while (!bytes.empty()) {
    const auto next = mqtt::next_frame(bytes, packet_bytes_max);
    if (next.state == mqtt::frame::state::incomplete) break;
    if (next.state != mqtt::frame::state::complete) return fail(at, self, "what the broker sends is no MQTT");
    handle(at, self, bytes.first(next.size));
    if (stage_ == stage::closed) return;
    bytes = bytes.subspan(next.size);
  }
  if (!bytes.empty()) keep(bytes);
}

void client::handle(workbench& at, std::uint32_t self, std::span<const std::byte> packet) {
  const auto decoded = mqtt::decode(packet, at.what.version, at.scratch);
  if (const auto* error = std::get_if<mqtt::decode_error>(&decoded)) return fail(at, self, error->text);
  const auto& value = std::get<mqtt::packet>(decoded);
  if (const auto* message = std::get_if<mqtt::publish>(&value)) return handle(at, self, *message);
  if (const auto* answer = std::get_if<mqtt::acknowledgement>(&value)) return handle(at, self, *answer);
  if (const auto* answer = std::get_if<mqtt::connack>(&value)) return entered(at, self, *answer);
  if (const auto* answer = std::get_if<mqtt::subscription_acknowledgement>(&value)) {
    if (answer->reasons.empty() || answer->reasons[0] >= mqtt::reason::unspecified_error)
      return fail(at, self, "SUBACK refuses");
    return become_ready(at, self);
  }
  if (const auto* end = std::get_if<mqtt::disconnect>(&value))
    return fail(at, self, "DISCONNECT: reason " + std::to_string(static_cast<unsigned>(end->reason)));
}

void client::handle(workbench& at, std::uint32_t self, const mqtt::publish& packet) {
  const auto who = at.place_of(self);
  const auto slow = at.what.slow(who);
  ++(slow ? at.count.slow_received : at.count.received);
  const auto again =
    at.stormed && packet.qos == troupe::qos::exactly_once && !at.unreleased.add(self, packet.packet_id);
  if (!again) account(at, self, who, slow ? at.of_slow : at.of_fast, packet);
  if (packet.qos == troupe::qos::at_least_once)
    at.output.put_acknowledgement(framing(at), mqtt::packet_type::puback, packet.packet_id);
  if (packet.qos == troupe::qos::exactly_once)
    at.output.put_acknowledgement(framing(at), mqtt::packet_type::pubrec, packet.packet_id);
}

void client::account(workbench& at, std::uint32_t self, const place& who, readers& of, const mqtt::publish& packet) {
  const auto mark = stamp::read(packet.payload);
  if (!mark) {
    if (at.what.stamped()) of.ledger.foreign();
    return;
  }
  auto verdict = stream::verdict::duplicate;
  if (at.what.closed_circle()) {
    const auto each = at.what.shape.publishers;
    if (mark->run != at.what.run || mark->publisher / each != who.group) return of.ledger.foreign();
    // Whoever of a shared subscription gets a message, it is one stream for all of the group.
    const auto reader =
      at.what.share.empty() ? who.ordinal : std::max(at.first_subscriber, who.group * at.what.shape.subscribers);
    verdict = of.ledger.arrive(reader - at.first_subscriber, mark->publisher % each, mark->sequence);
    if (at.end_to_end_window() && verdict != stream::verdict::duplicate) at.credit(mark->publisher);
  } else {
    verdict = of.ledger.arrive_of_stranger(at.number(self), mark->run, mark->publisher, mark->sequence);
  }
  if (verdict == stream::verdict::duplicate && packet.duplicate) ++at.count.redelivered;
  if (verdict == stream::verdict::duplicate || mark->due < at.measured_from) return;
  of.latency.add(at.now > mark->due ? at.now - mark->due : 0);
}

// -- sending ----------------------------------------------------------------------------------------------------------

void client::keep_alive(workbench& at, std::uint32_t self) {
  if (stage_ != stage::ready || rest_out_) return;
  if (active_) {
    active_ = false;
    return;
  }
  at.output.put(framing(at), mqtt::pingreq{});
  flush(at, self);
  active_ = false;
}

/// Sends what the turn has put into the output, and keeps what the link does not take.
void client::flush(workbench& at, std::uint32_t self) {
  if (at.output.empty() || stage_ == stage::closed) return at.output.clear();
  active_ = true;
  std::size_t taken = 0;
  if (!rest_out_ && !send(at, self, at.output.bytes(), taken)) return;
  if (taken < at.output.size()) {
    const auto from = at.output.bytes().begin() + static_cast<std::ptrdiff_t>(taken);
    if (!rest_out_) rest_out_ = std::make_unique<std::vector<std::byte>>();
    rest_out_->insert(rest_out_->end(), from, at.output.bytes().end());
  }
  at.output.clear();
}

void client::flush_rest(workbench& at, std::uint32_t self) {
  if (!rest_out_) return;
  std::size_t taken = 0;
  if (!send(at, self, *rest_out_, taken)) return;
  rest_out_->erase(rest_out_->begin(), rest_out_->begin() + static_cast<std::ptrdiff_t>(taken));
  if (!rest_out_->empty()) return;
  rest_out_.reset();
  pump(at, self);
}

/// Sends all that the link takes, and adds it to `taken`: it has to refuse some to tell when it takes more. False: it
/// has failed.
bool client::send(workbench& at, std::uint32_t self, std::span<const std::byte> from, std::size_t& taken) {
  while (taken < from.size()) {
    const auto sent = link_.send(from.subspan(taken));
    ++at.count.sends;
    if (sent.status == link::status::failed || sent.status == link::status::closed) {
      fail(at, self, link_.failure());
      return false;
    }
    if (sent.status != link::status::done) break;
    taken += sent.bytes;
    at.count.bytes_out += sent.bytes;
  }
  return true;
}

}  // namespace troupe::bench
