#include "bench/load/worker.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <utility>

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace troupe::bench {

namespace {

constexpr nanoseconds report_interval = second / 10;
constexpr std::uint64_t channel_key = UINT64_MAX, patient_key = UINT64_MAX - 1;
/// Subscribers come first: whoever reads late lets the broker's queue fill, and would measure that.
constexpr int publishers_per_turn = 16;
constexpr nanoseconds sip_interval = second / 10;  ///< between two reads of a slow reader
constexpr nanoseconds patience = 2 * millisecond;  ///< how long acknowledgements may lie that nobody waits for
constexpr std::uint32_t handshakes_max = 128;      ///< at the same time, where no rate is asked for
constexpr std::uint32_t openings_per_turn = 32;
/// In closed loop a turn that brought next to nothing of the much that is under way is followed by a nap: the broker
/// has plenty to do meanwhile, and a wake-up for every single message would cost more than the message.
constexpr std::uint64_t gather_below = 8, gather_from = 64;
constexpr long nap_ns = 100'000;

std::uint64_t own_cpu_ns() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto ns = [](const timeval& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * second + static_cast<std::uint64_t>(time.tv_usec) * 1000;
  };
  return ns(used.ru_utime) + ns(used.ru_stime);
}

std::uint64_t own_resident_bytes() {
  unsigned long pages = 0, resident = 0;
  if (auto* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%lu %lu", &pages, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

bool send_all(int channel, const void* from, std::size_t size) {
  const auto* at = static_cast<const char*>(from);
  while (size > 0) {
    const auto sent = send(channel, at, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    at += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

}  // namespace

worker::worker(const plan& what, share mine, share of_rate, int channel)
  : what_{what},
    mine_{mine},
    of_rate_{of_rate},
    channel_{channel},
    resident_empty_bytes_{own_resident_bytes()},
    at_{what, mine.first, mine.count, epoll_create1(EPOLL_CLOEXEC), epoll_create1(EPOLL_CLOEXEC)},
    began_{now_ns()} {
  prctl(PR_SET_TIMERSLACK, 1UL);  // schedules are kept to the microsecond
  epoll_event event{.events = EPOLLIN, .data = {.u64 = channel_key}};
  epoll_ctl(at_.epoll, EPOLL_CTL_ADD, channel_, &event);
  event.data.u64 = patient_key;
  epoll_ctl(at_.epoll, EPOLL_CTL_ADD, at_.patient_epoll, &event);
  for (std::uint32_t self = 0; self < mine_.count; ++self)
    if (at_.place_of(self).role == role::publisher) publishers_.push_back(self);
  if (what.what == plan::kind::churn)
    for (std::uint32_t self = 0; self < mine_.count; ++self) at_.away.add(self);
}

worker::~worker() {
  close(at_.patient_epoll);
  close(at_.epoll);
}

int worker::run() {
  while (!over_) turn();
  finish();
  return 0;
}

void worker::turn() {
  gather();
  wait();
  at_.now = now_ns();
  storm();
  open_more();
  publish_due();
  pump_waiting();
  read_slowly();
  recover_windows();
  keep_alive();
  if (at_.now >= next_report_) report(false);
}

void worker::gather() {
  const auto& count = at_.count;
  const auto handled = count.received + count.acknowledged;
  const auto brought = handled - std::exchange(handled_, handled);
  if (at_.pace.open_loop() || publishers_.empty() || !at_.to_pump.empty()) return;
  auto under_way = what_.qos == troupe::qos::at_most_once ? 0 : count.published - count.acknowledged;
  const auto arrived = at_.of_fast.ledger.counts().distinct;
  if (count.owed > arrived) under_way = std::max(under_way, count.owed - arrived);
  if (under_way < gather_from || brought >= gather_below) return;
  const timespec nap{0, nap_ns};
  nanosleep(&nap, nullptr);
}

void worker::wait() {
  const auto now = now_ns();
  const auto wake = next_wake();
  serve(at_.epoll, wake > now && at_.to_pump.empty() ? wake - now : 0);
  if (next_patient_ <= at_.now) {
    serve(at_.patient_epoll, 0);
    next_patient_ = patient_ ? at_.now + patience : never;
  }
  if (at_.window_was_full) lose_patience();
}

void worker::serve(int epoll, nanoseconds at_most) {
  std::array<epoll_event, 512> events;
  const auto most = epoll == at_.patient_epoll ? publishers_per_turn : static_cast<int>(events.size());
  const timespec timeout{static_cast<time_t>(at_most / second), static_cast<long>(at_most % second)};
  const auto count = epoll_pwait2(epoll, events.data(), most, &timeout, nullptr);
  ++at_.count.turns;
  at_.now = now_ns();
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    if (event.data.u64 == channel_key) {
      obey();
    } else if (event.data.u64 == patient_key) {
      next_patient_ = 0;
    } else {
      const auto self = static_cast<std::uint32_t>(event.data.u64);
      at_.clients[self].on_event(at_, self, event.events);
    }
  }
}

/// From the start on, where messages are paced: acknowledgements are read some milliseconds later, many at a time,
/// until a window has been full once.
void worker::gain_patience() {
  if (!what_.leaves_acknowledgements()) return;
  epoll_ctl(at_.epoll, EPOLL_CTL_DEL, at_.patient_epoll, nullptr);
  next_patient_ = at_.now + patience;
  patient_ = true;
}

void worker::lose_patience() {
  at_.window_was_full = false;
  if (!std::exchange(patient_, false)) return;
  epoll_event event{.events = EPOLLIN, .data = {.u64 = patient_key}};
  epoll_ctl(at_.epoll, EPOLL_CTL_ADD, at_.patient_epoll, &event);
  next_patient_ = never;
}

void worker::obey() {
  command told;
  const auto got = recv(channel_, &told, sizeof told, MSG_WAITALL);
  if (got < 0 && errno == EINTR) return;
  if (got != sizeof told || told.what == command::kind::finish) {
    over_ = true;
    return;
  }
  start(told);
}

void worker::start(const command& told) {
  at_.pace.start = told.start;
  at_.pace.until = told.until;
  at_.measured_from = told.measured_from;
  next_report_ = told.start;
  next_sip_ = told.start;
  gain_patience();
}

nanoseconds worker::next_wake() const noexcept {
  auto wake = std::min({next_report_, next_opening(), next_patient_, next_sip_, next_storm()});
  if (at_.pace.open_loop() && at_.pace.start != never && !publishers_.empty() && what_.what != plan::kind::churn) {
    const auto due = at_.pace.due(at_.place_of(publishers_[cursor_]).ordinal, round_);
    if (due < at_.pace.until) wake = std::min(wake, due);
  } else if (at_.pace.start != never && at_.now < at_.pace.start) {
    wake = std::min(wake, at_.pace.start);
  }
  return wake;
}

// -- connecting -------------------------------------------------------------------------------------------------------

/// When the next connection may begin: of churn and behind a storm, of clients that come back; before, of new ones.
nanoseconds worker::next_opening() const noexcept {
  const auto churning = what_.what == plan::kind::churn;
  if (!churning && opened_ < mine_.count) return next_in_line(began_, opened_, what_.connect_rate);
  const auto back = at_.away.next();
  if (back == never || at_.pace.start == never) return never;
  if (!churning) return std::max(back, next_in_line(storm_began_, openings_, what_.connect_rate));
  if (at_.now >= at_.pace.until) return never;
  if (what_.limit != 0 && openings_ * of_rate_.count + of_rate_.first >= what_.limit) return never;
  return std::max(back, what_.rate > 0 ? next_in_line(at_.pace.start, openings_, what_.rate) : at_.pace.start);
}

/// When opening `number` of ours is due, at so many a second of all workers from `began` on; 0: as fast as it goes.
nanoseconds worker::next_in_line(nanoseconds began, std::uint64_t number, double rate) const noexcept {
  if (rate > 0)
    return began + static_cast<nanoseconds>(static_cast<double>(number * of_rate_.count + of_rate_.first) * 1e9 / rate);
  return at_.opening >= handshakes_max ? never : began;
}

void worker::open_more() {
  for (std::uint32_t i = 0; i < openings_per_turn && next_opening() <= at_.now; ++i) {
    const auto fresh = what_.what != plan::kind::churn && opened_ < mine_.count;
    const auto self = fresh ? opened_ : at_.away.take();
    fresh ? ++opened_ : ++openings_;
    at_.clients[self].open(at_, self);
  }
}

nanoseconds worker::next_storm() const noexcept {
  return what_.storm_at == 0 || at_.stormed || at_.pace.start == never ? never : at_.pace.start + what_.storm_at;
}

/// All connections are cut in one turn.
void worker::storm() {
  if (at_.now < next_storm()) return;
  at_.stormed = true;
  storm_began_ = at_.now;
  for (std::uint32_t self = 0; self < mine_.count; ++self) at_.clients[self].cut(at_, self);
}

// -- publishing -------------------------------------------------------------------------------------------------------

/// Open loop: every publisher whose message has become due is asked once, in the order of the schedule. Whoever cannot
/// send it now (window, socket) does so when it can. Closed loop: all are asked once, at the start; from then on their
/// acknowledgements do.
void worker::publish_due() {
  if (publishers_.empty() || at_.pace.start == never || at_.now < at_.pace.start) return;
  if (!at_.pace.open_loop()) {
    for (; cursor_ < publishers_.size(); ++cursor_) at_.clients[publishers_[cursor_]].pump(at_, publishers_[cursor_]);
    return;
  }
  for (;;) {
    const auto self = publishers_[cursor_];
    const auto due = at_.pace.due(at_.place_of(self).ordinal, round_);
    if (due > at_.now || due >= at_.pace.until) return;
    at_.clients[self].pump(at_, self);
    if (++cursor_ == publishers_.size()) cursor_ = 0, ++round_;
  }
}

void worker::pump_waiting() {
  if (at_.to_pump.empty()) return;
  std::swap(pumped_, at_.to_pump);
  for (const auto self : pumped_) at_.clients[self].pump(at_, self);
  pumped_.clear();
}

void worker::read_slowly() {
  if (at_.now < next_sip_) return;
  next_sip_ = at_.slow.empty() || what_.slow_bytes == 0 ? never : at_.now + sip_interval;
  if (next_sip_ == never) return;
  const auto bytes = std::max<std::uint64_t>(1, what_.slow_bytes * sip_interval / second);
  for (const auto self : at_.slow) at_.clients[self].sip(at_, self, bytes);
}

/// At QoS 0 what was lost would keep its place in the window for ever. Where nothing has arrived for half a second,
/// nothing will.
void worker::recover_windows() {
  if (!at_.end_to_end_window() || at_.now < next_recovery_) return;
  next_recovery_ = at_.now + second / 2;
  if (recovered_at_ == at_.count.received && at_.pace.start < at_.now) {
    for (const auto self : publishers_) {
      at_.clients[self].forget_in_flight();
      at_.clients[self].pump(at_, self);
    }
  }
  recovered_at_ = at_.count.received;
}

/// A round takes 0.4 keep-alives; a client that sent something in one round is left out: 0.8 at the most without a
/// packet.
void worker::keep_alive() {
  if (what_.keep_alive == 0 || what_.what == plan::kind::churn || opened_ < mine_.count) return;
  const auto round = static_cast<double>(what_.keep_alive) * 0.4e9;
  const auto passed = static_cast<double>(at_.now - began_) / round * mine_.count;
  if (pinged_ == 0) pinged_ = static_cast<std::uint64_t>(passed);
  for (; static_cast<double>(pinged_) < passed; ++pinged_) {
    const auto self = static_cast<std::uint32_t>(pinged_ % mine_.count);
    at_.clients[self].keep_alive(at_, self);
  }
}

// -- reporting --------------------------------------------------------------------------------------------------------

void worker::report(bool final) {
  bench::report told;
  const auto started = at_.pace.start != never && at_.now >= at_.pace.start;
  if (started) told.tick = (at_.now - at_.pace.start) / report_interval + 1;
  next_report_ = (started ? at_.pace.start + told.tick * report_interval : at_.now + report_interval);
  if (!started && at_.pace.start != never) next_report_ = std::min(next_report_, at_.pace.start);
  told.at = at_.now;
  told.final = final ? 1 : 0;
  at_.count.cpu_ns = own_cpu_ns();
  at_.count.resident_bytes = own_resident_bytes();
  at_.count.resident_empty_bytes = resident_empty_bytes_;
  at_.count.ledger = at_.of_fast.ledger.counts();
  at_.count.slow = at_.of_slow.ledger.counts();
  told.count = at_.count;
  told.trouble = at_.trouble;
  if (!send_all(channel_, &told, sizeof told)) over_ = true;
}

void worker::finish() {
  report(true);
  histogram::image image;
  for (const auto* each :
       {&at_.of_fast.latency, &at_.of_slow.latency, &at_.acknowledging, &at_.connecting, &at_.returning}) {
    each->save(image);
    send_all(channel_, &image, sizeof image);
  }
  for (std::uint32_t self = 0; self < mine_.count; ++self)
    if (at_.clients[self].stage() != client::stage::closed) at_.clients[self].leave(at_, self);
}

}  // namespace troupe::bench
