#include "bench/load/client.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <sys/epoll.h>

#include "bench/load/upgrade_request.hpp"
#include "bench/load/workbench.hpp"
#include "transport/mqtt/codec.hpp"

namespace troupe::bench {

namespace {

/// Else the kernel would take megabytes for a slow reader, and the broker see nothing of it.
constexpr int slow_receive_buffer = 8 * 1024;

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
  if (cut_ && !resumed) forget_session(at, self);
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
