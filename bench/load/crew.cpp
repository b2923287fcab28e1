#include "bench/load/crew.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::bench {

namespace {

constexpr std::uint32_t descriptors_aside = 64;
constexpr nanoseconds quiet_after = 2 * second;  ///< draining ends when nothing has moved for so long
constexpr nanoseconds ramp_stuck = 20 * second;  ///< connecting ends when nobody has come for so long
constexpr nanoseconds start_ahead = second / 5;  ///< from the command to start to the start

/// Descriptors that a process may have, after asking for as many as it may.
std::uint32_t raise_descriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<std::uint32_t>(std::min<rlim_t>(limit.rlim_cur, 1'000'000));
}

/// Who of a shared subscription gets a message is the broker's choice, so only who sees all of its members can tell
/// what came twice. Streams of several processes could be merged, at the price of every sequence number of each; nobody
/// has asked yet for one subscription of more members than a process has descriptors.
void refuse_cut_shares(const plan& what, const std::vector<share>& parts, std::uint32_t each_max) {
  const auto group = what.shape.size();
  const auto whole = [&](const share& each) { return each.first % group == 0 && each.count % group == 0; };
  if (what.share.empty() || std::all_of(parts.begin(), parts.end(), whole)) return;
  throw std::runtime_error("--share: the " + std::to_string(group) +
                           " clients of one subscription do not fit a process (" + std::to_string(each_max) +
                           "), and several could not tell what came twice");
}

struct member {
  pid_t pid = 0;
  int channel = -1;
  std::vector<char> received;
  report last;
  std::uint64_t ticks_seen = 0;
  bool finished = false, lost = false;
};

/// The parent's view of the workers.
class crew {
public:
  crew(const plan& what, const std::function<void(const progress&)>& show);
  ~crew();
  crew(const crew&) = delete;
  crew& operator=(const crew&) = delete;
  outcome run();

private:
  void hire(share part, std::uint32_t number, std::uint32_t of);
  void listen(nanoseconds until);
  void read(member& from);
  bool take_report(member& from);
  void connect_all();
  void send_all_due();
  void drain();
  void dismiss();
  void tell(const command& what);
  void tell_progress(enum progress::phase phase, nanoseconds since, nanoseconds expected);
  counters sum() const;
  sample look() const { return {now_ns(), sum(), probe(what_.broker_pids)}; }
  nanoseconds last_heard() const;
  bool complete(const counters& count) const;
  bool somebody_lost() const {
    return std::any_of(members_.begin(), members_.end(), [](const auto& each) { return each.lost; });
  }

  const plan& what_;
  const std::function<void(const progress&)>& show_;
  std::vector<member> members_;
  outcome result_;
  schedule pace_;
  sample shown_;
};

crew::crew(const plan& what, const std::function<void(const progress&)>& show) : what_{what}, show_{show} {
  const auto each_max = std::max(descriptors_aside + 1, raise_descriptors()) - descriptors_aside;
  const auto parts = cut(what.clients(), what.shape.size(), each_max, what.processes);
  refuse_cut_shares(what, parts, each_max);
  result_.processes = static_cast<std::uint32_t>(parts.size());
  result_.before = probe(what.broker_pids);
  members_.reserve(parts.size());
  std::fflush(nullptr);
  for (std::uint32_t i = 0; i < parts.size(); ++i) hire(parts[i], i, static_cast<std::uint32_t>(parts.size()));
}

crew::~crew() {
  for (auto& each : members_) {
    if (each.channel >= 0) close(each.channel);
    if (each.pid > 0) waitpid(each.pid, nullptr, 0);
  }
}

void crew::hire(share part, std::uint32_t number, std::uint32_t of) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) throw std::runtime_error("no socket pair");
  const auto parent = getpid();
  const auto pid = fork();
  if (pid < 0) throw std::runtime_error("no process could be made");
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    for (const auto& each : members_) close(each.channel);
    close(ends[0]);
    std::signal(SIGINT, SIG_IGN);   // the parent ends, and with it the channel
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without asking not to be told
    int code = 1;
    try {
      code = worker{what_, part, {number, of}, ends[1]}.run();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "troupe-bench: a worker ends: %s\n", error.what());
    }
    _exit(code);
  }
  close(ends[1]);
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  members_.emplace_back();
  members_.back().pid = pid;
  members_.back().channel = ends[0];
}

// -- talking with workers ---------------------------------------------------------------------------------------------

/// Reads reports until `until`, or until one has come.
void crew::listen(nanoseconds until) {
  std::vector<pollfd> waiting;
  for (const auto& each : members_) waiting.push_back({each.lost || each.finished ? -1 : each.channel, POLLIN, 0});
  const auto now = now_ns();
  const auto left = until > now ? until - now : 0;
  const timespec timeout{static_cast<time_t>(left / second), static_cast<long>(left % second)};
  if (ppoll(waiting.data(), waiting.size(), &timeout, nullptr) <= 0) return;
  for (std::size_t i = 0; i < members_.size(); ++i)
    if (waiting[i].revents != 0) read(members_[i]);
}

void crew::read(member& from) {
  std::array<char, 65536> buffer;
  const auto got = recv(from.channel, buffer.data(), buffer.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    from.lost = !from.finished;
    return;
  }
  from.received.insert(from.received.end(), buffer.begin(), buffer.begin() + got);
  while (take_report(from)) {
  }
}

bool crew::take_report(member& from) {
  report told;
  if (from.received.size() < sizeof told) return false;
  std::copy_n(from.received.begin(), sizeof told, reinterpret_cast<char*>(&told));
  auto size = sizeof told;
  if (told.final != 0) {
    const std::array into{&result_.latency, &result_.slow_latency, &result_.acknowledging, &result_.connecting,
                          &result_.returning};
    std::array<histogram::image, into.size()> images;
    if (from.received.size() < sizeof told + sizeof images) return false;
    std::copy_n(from.received.begin() + sizeof told, sizeof images, reinterpret_cast<char*>(images.data()));
    size += sizeof images;
    for (std::size_t i = 0; i < into.size(); ++i) {
      histogram part;
      part.load(images[i]);
      into[i]->merge(part);
    }
    from.finished = true;
  }
  from.last = told;
  if (told.trouble[0] != '\0' && result_.trouble.empty()) result_.trouble = told.trouble.data();
  from.received.erase(from.received.begin(), from.received.begin() + static_cast<std::ptrdiff_t>(size));
  return true;
}

void crew::tell(const command& what) {
  for (auto& each : members_)
    if (!each.lost && send(each.channel, &what, sizeof what, MSG_NOSIGNAL) != sizeof what) each.lost = true;
}

counters crew::sum() const {
  counters result;
  for (const auto& each : members_) result += each.last.count;
  return result;
}

/// When the counts that were last reported were true.
nanoseconds crew::last_heard() const {
  nanoseconds result = 0;
  for (const auto& each : members_) result = std::max(result, each.last.at);
  return result;
}

void crew::tell_progress(enum progress::phase phase, nanoseconds since, nanoseconds expected) {
  if (now_ns() - shown_.at < second) return;
  const auto now = look();
  show_({phase, since, expected, now, shown_.at == 0 ? now : shown_});
  shown_ = now;
}

// -- the phases of a run ----------------------------------------------------------------------------------------------

outcome crew::run() {
  if (what_.what != plan::kind::churn) connect_all();
  if (result_.ok) {
    send_all_due();
    drain();
  }
  dismiss();
  result_.total = sum();
  result_.ok = result_.ok && !somebody_lost();
  if (somebody_lost() && result_.trouble.empty()) result_.trouble = "a worker process has ended before its time";
  return std::move(result_);
}

void crew::connect_all() {
  const auto began = now_ns();
  const auto expected =
    what_.connect_rate > 0 ? static_cast<nanoseconds>(what_.clients() / what_.connect_rate * 1e9) : 0;
  memory_slope broker;
  std::uint64_t settled = 0;
  auto moved = began;
  while (settled < what_.clients() && !somebody_lost()) {
    listen(now_ns() + second / 10);
    const auto now = look();
    const auto come = now.count.ready + now.count.refused;
    if (come != settled) moved = now.at;
    settled = come;
    broker.add(static_cast<double>(now.count.ready), static_cast<double>(now.broker.resident_bytes));
    tell_progress(progress::phase::connecting, now.at - began, expected);
    if (now.at - moved > ramp_stuck) break;
  }
  result_.ramp = now_ns() - began;
  result_.connected = probe(what_.broker_pids);
  result_.broker_bytes_per_connection = broker.bytes_per_connection();
  const auto count = sum();
  if (count.ready != 0 && count.resident_bytes > count.resident_empty_bytes)
    result_.own_bytes_per_connection =
      static_cast<double>(count.resident_bytes - count.resident_empty_bytes) / static_cast<double>(count.ready);
  result_.ok = count.ready > count.closed;
}

/// From the start to the end of sending: one sample as each second ends.
void crew::send_all_due() {
  pace_.rate = what_.rate;
  pace_.limit = what_.limit;
  pace_.publishers = std::max(1u, what_.publishers());
  pace_.start = now_ns() + start_ahead;
  pace_.until = pace_.start + what_.warmup + what_.duration;
  tell({command::kind::start, pace_.start, pace_.start + what_.warmup, pace_.until});
  if (what_.storm_at != 0) result_.storm_began = pace_.start + what_.storm_at;
  result_.planned = what_.publishers() == 0 ? 0 : pace_.planned();
  const auto seconds = (what_.warmup + what_.duration) / second;
  result_.measured_from = std::min(what_.warmup, what_.warmup + what_.duration) / second;
  for (std::uint64_t passed = 0; passed <= seconds && !somebody_lost(); ++passed) {
    const auto edge = pace_.start + passed * second;
    // Every worker reports as a second begins: a tenth of one is enough for all these reports to be here.
    const auto heard = [&] {
      return std::all_of(members_.begin(), members_.end(),
                         [&](const auto& each) { return each.lost || each.last.tick > passed * 10; });
    };
    while (!heard() && now_ns() < edge + second) listen(edge + second);
    result_.series.push_back(look());
    result_.series.back().at = last_heard();
    tell_progress(progress::phase::sending, passed * second, seconds * second);
    if (what_.limit != 0 && complete(sum())) return;
  }
}

/// Whether everything that was to be sent has been sent, acknowledged and received.
bool crew::complete(const counters& count) const {
  if (what_.what == plan::kind::churn) return what_.limit != 0 && count.cycles + count.refused >= what_.limit;
  if (what_.storm_at != 0 && (now_ns() < pace_.start + what_.storm_at || count.cut == 0 || count.back < count.cut))
    return false;
  if (what_.publishers() == 0) return now_ns() >= pace_.until;
  if (result_.planned != 0 ? count.published < result_.planned : now_ns() < pace_.until) return false;
  if (what_.qos != troupe::qos::at_most_once && count.acknowledged + count.abandoned < count.published) return false;
  return !what_.closed_circle() || count.ledger.distinct >= count.owed;
}

void crew::drain() {
  const auto began = now_ns();
  auto moved = began;
  auto before = sum();
  while (!somebody_lost()) {
    listen(now_ns() + second / 10);
    const auto now = now_ns();
    const auto count = sum();
    if (complete(count) || now - began > what_.drain_max || what_.what == plan::kind::churn) return;
    if (count.received != before.received || count.acknowledged != before.acknowledged ||
        count.published != before.published || count.back != before.back)
      moved = now;
    before = count;
    if (now - moved > std::min(quiet_after, what_.drain_max)) return;
    tell_progress(progress::phase::draining, now - began, what_.drain_max);
  }
}

void crew::dismiss() {
  tell({.what = command::kind::finish});
  const auto patience = now_ns() + 10 * second;
  const auto done = [&] {
    return std::all_of(members_.begin(), members_.end(), [](const auto& each) { return each.finished || each.lost; });
  };
  while (!done() && now_ns() < patience) listen(patience);
}

}  // namespace

std::vector<share> cut(std::uint32_t clients, std::uint32_t group, std::uint32_t each_max, std::uint32_t processes) {
  const auto fits = group <= each_max;
  const auto unit = fits ? group : 1;
  const auto units = clients / unit;
  const auto units_each_max = std::max(1u, each_max / unit);
  const auto needed = (units + units_each_max - 1) / units_each_max;
  const auto parts = std::max(1u, std::min(units, std::max(needed, processes)));
  std::vector<share> result;
  for (std::uint32_t i = 0; i < parts; ++i) {
    const auto from = static_cast<std::uint32_t>(std::uint64_t{units} * i / parts);
    const auto to = static_cast<std::uint32_t>(std::uint64_t{units} * (i + 1) / parts);
    result.push_back({from * unit, (to - from) * unit});
  }
  return result;
}

outcome carry_out(const plan& what, const std::function<void(const progress&)>& show) { return crew{what, show}.run(); }

}  // namespace troupe::bench
