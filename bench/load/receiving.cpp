// What reaches a client: bytes, frames, packets, and who counts them.
#include <algorithm>
#include <string>

#include <sys/epoll.h>

#include "bench/load/client.hpp"
#include "bench/load/upgrade_request.hpp"
#include "bench/load/workbench.hpp"
#include "bench/measure/stamp.hpp"
#include "transport/mqtt/codec.hpp"

namespace troupe::bench {

namespace {

constexpr std::uint32_t packet_bytes_max = 256 * 1024 * 1024;
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
    at.what.storm_at != 0 && packet.qos == troupe::qos::exactly_once && !at.unreleased.add(self, packet.packet_id);
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

}  // namespace troupe::bench
