#include "transport/reactor.hpp"

#include <algorithm>
#include <cerrno>
#include <span>
#include <system_error>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

namespace troupe::transport {

namespace {

/// Tags with nothing above this are of descriptors that have a handler of their own.
constexpr std::uint64_t watch_tag_max = 0xFFFF'FFFF;
constexpr std::uint64_t wake_up_tag = 0;

[[noreturn]] void fail(const char* what) { throw std::system_error{errno, std::system_category(), what}; }

void control(int epoll, int operation, int fd, std::uint32_t events, std::uint64_t tag) {
  epoll_event event{.events = events, .data = {.u64 = tag}};
  if (::epoll_ctl(epoll, operation, fd, &event) < 0) fail("epoll_ctl");
}

/// In nanoseconds where the kernel can (Linux 5.11), else up to a millisecond late.
int wait_for_events(int epoll, std::span<epoll_event> into, std::chrono::nanoseconds longest) {
  static std::atomic<bool> has_pwait2 = true;
  const auto size = static_cast<int>(into.size());
  if (longest <= longest.zero()) return ::epoll_wait(epoll, into.data(), size, 0);
  if (longest == longest.max()) return ::epoll_wait(epoll, into.data(), size, -1);
  if (has_pwait2.load(std::memory_order_relaxed)) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(longest);
    const timespec timeout{seconds.count(), (longest - seconds).count()};
    const auto count = ::epoll_pwait2(epoll, into.data(), size, &timeout, nullptr);
    if (count >= 0 || errno != ENOSYS) return count;
    has_pwait2 = false;
  }
  const auto milliseconds =
    std::min(std::chrono::ceil<std::chrono::milliseconds>(longest), std::chrono::milliseconds{60'000});
  return ::epoll_wait(epoll, into.data(), size, static_cast<int>(milliseconds.count()));
}

}  // namespace

// -- one thread's wait ------------------------------------------------------------------------------------------------

reactor::reactor() : epoll_{::epoll_create1(EPOLL_CLOEXEC)}, woke_at_{node_clock::now()} {
  if (epoll_ < 0) fail("epoll_create1");
  wake_up_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake_up_ < 0) {
    ::close(epoll_);
    fail("eventfd");
  }
  // Edge-triggered, so that nobody needs to read it: every write is an event of its own.
  control(epoll_, EPOLL_CTL_ADD, wake_up_, EPOLLIN | EPOLLET, wake_up_tag);
}

reactor::~reactor() {
  ::close(wake_up_);
  ::close(epoll_);
}

bool reactor::wait(std::chrono::nanoseconds longest) {
  if (longest > longest.zero())
    sleep(longest);
  else
    collect({});
  woke_at_ = node_clock::now();
  return found_ != 0;
}

bool reactor::serve(time_point until) {
  fire_timers();
  for (;;) {
    const auto count = std::exchange(found_, 0);
    for (int i = 0; i < count; ++i) dispatch(events_[static_cast<std::size_t>(i)]);
    if (count < events_per_round) return false;
    if (node_clock::now() >= until) return true;
    collect({});
  }
}

void reactor::collect(std::chrono::nanoseconds longest) {
  found_ = std::max(0, wait_for_events(epoll_, events_, longest));
}

void reactor::dispatch(const epoll_event& event) {
  const auto tag = event.data.u64;
  if (tag > watch_tag_max) return many_(tag, event.events);
  if (tag == wake_up_tag) return;
  if (const auto found = watches_.find(tag); found != watches_.end()) found->second->readable_();
}

// -- being asleep -----------------------------------------------------------------------------------------------------

/// Whoever asks looks at state_ after it has set woken_, and we the other way round: one of us sees the other.
void reactor::sleep(std::chrono::nanoseconds longest) {
  sleeps_until_ = time_point::max();
  if (!timers_.empty()) {
    sleeps_until_ = timers_.begin()->first;
    longest = std::clamp<std::chrono::nanoseconds>(sleeps_until_ - node_clock::now(), {}, longest);
  }
  state_ = state::asleep;
  collect(woken_ ? std::chrono::nanoseconds{} : longest);
  for (auto seen = state::asleep; !state_.compare_exchange_strong(seen, state::awake); seen = state::asleep)
    state_.wait(state::lent);
}

void reactor::rouse() noexcept {
  if (state_ == state::asleep) ::eventfd_write(wake_up_, 1);
}

bool reactor::borrow() noexcept {
  auto seen = state::asleep;
  return state_.compare_exchange_strong(seen, state::lent);
}

/// What was asked for meanwhile has found nobody asleep; and a timer may have to end the wait earlier.
void reactor::give_back() noexcept {
  const auto sooner = !timers_.empty() && timers_.begin()->first < sleeps_until_;
  state_ = state::asleep;
  state_.notify_one();
  if (sooner || woken_) rouse();
}

// -- descriptors ------------------------------------------------------------------------------------------------------

void reactor::add(int fd, std::uint32_t events, std::uint64_t tag) { control(epoll_, EPOLL_CTL_ADD, fd, events, tag); }

void reactor::modify(int fd, std::uint32_t events, std::uint64_t tag) noexcept {
  epoll_event event{.events = events, .data = {.u64 = tag}};
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
}

void reactor::remove(int fd) noexcept { ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr); }

reactor::watch::watch(reactor& on, int fd, std::function<void()> readable)
  : on_{on},
    fd_{fd},
    number_{++on.last_watch_},
    readable_{std::move(readable)} {
  control(on.epoll_, EPOLL_CTL_ADD, fd, EPOLLIN, number_);
  on.watches_.emplace(number_, this);
}

void reactor::watch::stop() noexcept {
  if (on_.watches_.erase(number_) != 0) on_.remove(fd_);
}

// -- timers -----------------------------------------------------------------------------------------------------------

void reactor::fire_timers() {
  while (!timers_.empty() && timers_.begin()->first <= woke_at_) {
    auto& due = *timers_.begin()->second;
    due.cancel();
    std::exchange(due.then_, {})();
  }
}

void reactor::timer::at(time_point when, std::function<void()> then) {
  cancel();
  then_ = std::move(then);
  // Not in the round that is under way: one that is always late must not keep the loop for itself.
  in_ = on_.timers_.emplace(std::max(when, on_.woke_at_ + std::chrono::nanoseconds{1}), this);
}

void reactor::timer::cancel() noexcept {
  if (in_) on_.timers_.erase(*in_);
  in_.reset();
}

}  // namespace troupe::transport
