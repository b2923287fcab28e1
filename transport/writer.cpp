#include "transport/writer.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/socket.h>
#include <sys/uio.h>

#include "transport/link_set.hpp"
#include "transport/socket_link.hpp"

namespace troupe::transport {

namespace {

/// Output of a turn that is written before the turn ends, so that the area stays in the cache.
constexpr std::size_t spill_bytes = 1024 * 1024;
/// What a WebSocket frame of ours holds at the most: a client need not take more at once to see the first packet.
constexpr std::size_t frame_bytes_max = 64 * 1024;
/// A TLS record; more in one SSL_write gains nothing.
constexpr std::size_t record_bytes = 16 * 1024;
/// Pending bytes written for one wake-up, so that one fast reader does not hold up the loop.
constexpr std::size_t drain_budget = 256 * 1024;

io_result send_some(int fd, iovec* parts, std::size_t count, int flags = 0) noexcept {
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = count;
  for (;;) {
    const auto sent = ::sendmsg(fd, &message, MSG_NOSIGNAL | flags);
    if (sent >= 0) return {io_status::done, static_cast<std::size_t>(sent)};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {io_status::want_write, 0};
    if (errno != EINTR) return {io_status::failed, 0};
  }
}

bool waits(const socket_link& of) noexcept { return of.pending && !of.pending->empty(); }

}  // namespace

void writer::packets(socket_link& to, const mqtt::outbox& from) {
  const std::span<const std::byte> bytes{from.bytes()};
  std::size_t copied = 0;
  for (const auto& part : from.shared()) {
    copy(to, bytes.subspan(copied, part.offset - copied), kind::packets);
    share(to, part);
    copied = part.offset;
  }
  copy(to, bytes.subspan(copied), kind::packets);
  if (area_.size() > spill_bytes) flush_all();
}

void writer::verbatim(socket_link& to, std::span<const std::byte> bytes) { copy(to, bytes, kind::verbatim); }

void writer::message(socket_link& to, websocket::opcode what, std::span<const std::byte> payload) {
  if (to.deflate && to.deflate->worthwhile(payload.size())) {
    std::vector<std::byte> packed;
    to.deflate->deflate({&payload, 1}, engines_, packed);
    verbatim(to, websocket::server_header(what, packed.size(), true).bytes());
    verbatim(to, packed);
  } else {
    verbatim(to, websocket::server_header(what, payload.size()).bytes());
    verbatim(to, payload);
  }
  if (area_.size() > spill_bytes) flush_all();
}

// A peer that pings and does not read gets one answer for all its pings: memory does not grow.
void writer::pong(socket_link& to, std::span<const std::byte> payload) {
  if (waits(to)) {
    to.pending->unanswered_ping.emplace(payload.begin(), payload.end());
    return;
  }
  record_.clear();
  websocket::append_pong(record_, payload);
  verbatim(to, record_);
}

void writer::copy(socket_link& to, std::span<const std::byte> bytes, kind as) {
  if (bytes.empty()) return;
  const auto offset = static_cast<std::uint32_t>(area_.size());
  const auto size = static_cast<std::uint32_t>(bytes.size());
  area_.insert(area_.end(), bytes.begin(), bytes.end());
  auto* last = to.last_segment ? &segments_[to.last_segment - 1] : nullptr;
  if (last && last->kind == as && last->offset + last->size == offset)
    last->size += size;
  else
    link_up(to, {0, offset, size, as});
  account(to, size);
}

void writer::share(socket_link& to, const mqtt::outbox::shared_part& part) {
  if (part.payload.empty()) return;
  shared_.push_back({part.owner, part.payload});
  const auto size = static_cast<std::uint32_t>(part.payload.size());
  link_up(to, {0, static_cast<std::uint32_t>(shared_.size() - 1), size, kind::shared});
  account(to, size);
}

void writer::link_up(socket_link& to, segment added) {
  segments_.push_back(added);
  const auto number = static_cast<std::uint32_t>(segments_.size());
  if (to.last_segment)
    segments_[to.last_segment - 1].next = number;
  else
    to.first_segment = number;
  to.last_segment = number;
  if (to.is_dirty) return;
  to.is_dirty = true;
  dirty_.push_back(&to);
}

// Deliveries stop when a link is congested; only answers to what the peer itself sends come past that, and at twice the
// limit it is not read any more.
void writer::account(socket_link& to, std::size_t bytes) {
  to.turn_bytes += static_cast<std::uint32_t>(bytes);
  const std::size_t limit = to.limits().outbox_bytes_max;
  const auto queued = to.outbox_bytes();
  if (queued > limit) to.is_congested = true;
  if (queued > 2 * limit) to.is_flooded = true;
}

void writer::flush_all() {
  for (std::size_t i = 0; i < dirty_.size(); ++i)  // all_sent() and answered pings may add links
    if (auto* link = std::exchange(dirty_[i], nullptr)) {
      link->is_dirty = false;
      const at_work mark{set_.mark(), link->mark()};
      flush(*link);
    }
  dirty_.clear();
  reset_area();
}

void writer::reset_area() {
  segments_.clear();
  shared_.clear();
  if (area_.capacity() > 2 * spill_bytes)
    area_ = {};
  else
    area_.clear();
}

void writer::drop(socket_link& dead) noexcept {
  dead.first_segment = dead.last_segment = 0;
  dead.turn_bytes = 0;
  if (dead.is_dirty) std::ranges::replace(dirty_, &dead, static_cast<socket_link*>(nullptr));
  dead.is_dirty = false;
}

void writer::flush(socket_link& to) {
  if (to.is_dirty) {  // called for one link alone
    to.is_dirty = false;
    std::ranges::replace(dirty_, &to, static_cast<socket_link*>(nullptr));
  }
  collect(to);
  to.first_segment = to.last_segment = 0;
  to.turn_bytes = 0;
  if (to.phase != link_phase::dead || to.cause == close_cause::closed_by_peer) {
    const auto taken = waits(to) ? 0 : write_pieces(to);
    keep(to, taken);
  }
  pieces_.clear();
  headers_.clear();
  compressed_.clear();
  after_write(to);
}

void writer::collect(socket_link& of) {
  const auto end_run = [&] {
    frame(of, run_);
    run_.clear();
  };
  for (auto number = of.first_segment; number != 0; number = segments_[number - 1].next) {
    const auto& at = segments_[number - 1];
    if (at.kind == kind::shared) {
      const auto& [owner, payload] = shared_[at.offset];
      run_.push_back({payload, &owner});
      continue;
    }
    const piece copied{std::span<const std::byte>{area_}.subspan(at.offset, at.size), nullptr};
    if (at.kind == kind::verbatim) {
      end_run();
      pieces_.push_back(copied);
    } else {
      run_.push_back(copied);
    }
  }
  end_run();
}

// Packets of one turn share a frame, as MQTT allows [MQTT-6.0.0-2].
void writer::frame(socket_link& of, std::span<const piece> run) {
  if (!of.websocket) {
    pieces_.insert(pieces_.end(), run.begin(), run.end());
    return;
  }
  std::size_t room = frame_bytes_max;
  for (auto left : run)
    while (!left.bytes.empty()) {
      const auto size = std::min(room, left.bytes.size());
      cut_.push_back({left.bytes.first(size), left.owner});
      left.bytes = left.bytes.subspan(size);
      room -= size;
      if (room != 0) continue;
      frame_message(of, cut_, frame_bytes_max);
      cut_.clear();
      room = frame_bytes_max;
    }
  if (!cut_.empty()) frame_message(of, cut_, frame_bytes_max - room);
  cut_.clear();
}

void writer::frame_message(socket_link& of, std::span<const piece> message, std::size_t bytes) {
  if (of.deflate && of.deflate->worthwhile(bytes)) return compress_message(of, message);
  headers_.push_back(websocket::server_header(websocket::opcode::binary, bytes));
  pieces_.push_back({headers_.back().bytes(), nullptr});
  pieces_.insert(pieces_.end(), message.begin(), message.end());
}

void writer::compress_message(socket_link& of, std::span<const piece> message) {
  std::vector<std::span<const std::byte>> parts;
  for (const auto& part : message) parts.push_back(part.bytes);
  auto& packed = compressed_.emplace_back();
  of.deflate->deflate(parts, engines_, packed);
  headers_.push_back(websocket::server_header(websocket::opcode::binary, packed.size(), true));
  pieces_.push_back({headers_.back().bytes(), nullptr});
  pieces_.push_back({packed, nullptr});
}

std::size_t writer::write_pieces(socket_link& to) {
  const auto taken = to.tls ? write_tls(to) : write_plain(to);
  to.sent += taken;
  set_.stats_.bytes_sent.add(taken);
  return taken;
}

// What is followed by the end of the connection leaves in one segment with it.
std::size_t writer::write_plain(socket_link& to) {
  const auto flags = to.ends_when_sent() ? MSG_MORE : 0;
  std::array<iovec, 64> parts;
  std::size_t taken = 0;
  for (std::size_t next = 0; next < pieces_.size();) {
    std::size_t count = 0, offered = 0;
    for (; count < parts.size() && next < pieces_.size(); ++count, ++next) {
      const auto bytes = pieces_[next].bytes;
      parts[count] = {const_cast<std::byte*>(bytes.data()), bytes.size()};
      offered += bytes.size();
    }
    const auto result = send_some(to.fd, parts.data(), count, flags);
    if (result.status == io_status::failed) set_.finish(to, close_cause::reset);
    taken += result.bytes;
    if (result.bytes < offered) break;  // what is left waits for EPOLLOUT
  }
  return taken;
}

// Gathered into records. What OpenSSL has begun to encrypt is at the front of what stays pending, hence offered again.
std::size_t writer::write_tls(socket_link& to) {
  std::size_t taken = 0;
  std::size_t next = 0, offset = 0;
  for (;;) {
    record_.clear();
    auto at = next;
    for (auto skip = offset; at < pieces_.size() && record_.size() < record_bytes; skip = 0) {
      const auto left = pieces_[at].bytes.subspan(skip);
      const auto size = std::min(left.size(), record_bytes - record_.size());
      record_.insert(record_.end(), left.begin(), left.begin() + static_cast<std::ptrdiff_t>(size));
      if (size == left.size())
        ++at;
      else
        break;
    }
    if (record_.empty()) return taken;
    const auto result = to.tls.write(record_);
    if (result.status == io_status::failed || result.status == io_status::closed) set_.finish(to, close_cause::reset);
    if (result.status != io_status::done) return taken;
    taken += result.bytes;
    for (offset += result.bytes; next < pieces_.size() && offset >= pieces_[next].bytes.size(); ++next)
      offset -= pieces_[next].bytes.size();
  }
}

void writer::keep(socket_link& of, std::size_t skip) {
  std::optional<time_point> now;  // looked at once, and only where something stays
  for (const auto& [bytes, owner] : pieces_) {
    const auto left = bytes.subspan(std::min(skip, bytes.size()));
    skip -= bytes.size() - left.size();
    if (left.empty() || of.phase == link_phase::dead) continue;
    if (!of.pending) of.pending = std::make_unique<output_queue>();
    if (!now) now = node_clock::now();
    // A rest too small for a reference is cheaper as a copy.
    if (owner && left.size() >= mqtt::outbox::share_from)
      of.pending->append(*owner, left, *now);
    else
      of.pending->append(left, *now);
  }
}

void writer::drain(socket_link& to) {
  for (std::size_t written = 0; waits(to) && written < drain_budget;) {
    io_result result;
    if (to.tls) {
      record_.resize(record_bytes);
      record_.resize(to.pending->copy(record_));
      result = to.tls.write(record_);
    } else {
      std::array<iovec, 64> parts;
      result = send_some(to.fd, parts.data(), to.pending->gather(parts));
    }
    if (result.status == io_status::failed || result.status == io_status::closed)
      return set_.finish(to, close_cause::reset);
    if (result.status != io_status::done) break;
    to.pending->consume(result.bytes);
    written += result.bytes;
    to.sent += result.bytes;
    set_.stats_.bytes_sent.add(result.bytes);
  }
  after_write(to);
}

void writer::after_write(socket_link& to) {
  if (to.phase == link_phase::dead) return;
  if (!waits(to)) answer_ping(to);
  set_.watch(to, to.watches_in, waits(to));
  if (to.is_congested && to.outbox_bytes() <= to.limits().outbox_bytes_max / 2) {
    to.is_congested = to.is_flooded = false;
    to.became_writable = true;
    set_.notice(to);
  }
  if (to.phase == link_phase::flushing && !waits(to) && !to.is_dirty) set_.all_sent(to);
}

void writer::answer_ping(socket_link& to) {
  const auto emptied = std::move(to.pending);
  if (emptied && emptied->unanswered_ping) pong(to, *emptied->unanswered_ping);
}

}  // namespace troupe::transport
