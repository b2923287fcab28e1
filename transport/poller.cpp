#include "transport/poller.hpp"

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <sys/epoll.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace troupe::transport {

namespace asio = boost::asio;

namespace {

constexpr int events_per_round = 8;

int create_epoll() {
  const int fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) throw std::system_error{errno, std::system_category(), "epoll_create1"};
  return fd;
}

}  // namespace

struct poller::implementation : std::enable_shared_from_this<implementation> {
  implementation(asio::io_context& loop, handlers handlers_of_owner)
    : call{std::move(handlers_of_owner)},
      set{loop, create_epoll()},
      timer{loop} {}

  void wait_for_events() {
    set.async_wait(asio::posix::stream_descriptor::wait_read, [self = shared_from_this()](const auto& error) {
      if (error || self->closed) return;
      self->dispatch();
      if (!self->closed) self->wait_for_events();
    });
  }

  // One round only: other work of the loop comes in between, and what stays ready is reported again.
  void dispatch() {
    std::array<epoll_event, events_per_round> events;
    const int count = ::epoll_wait(set.native_handle(), events.data(), events_per_round, 0);
    for (int i = 0; i < count && !closed; ++i)
      call.ready(events[static_cast<std::size_t>(i)].data.u64, events[static_cast<std::size_t>(i)].events);
  }

  void wait_for_timer() {
    timer.expires_at(*armed);
    timer.async_wait([self = shared_from_this()](const auto& error) {
      if (error || self->closed) return;
      self->armed.reset();
      self->call.timer(node_clock::now());
    });
  }

  handlers call;
  asio::posix::stream_descriptor set;
  asio::steady_timer timer;
  std::optional<time_point> armed;
  bool closed = false;
};

poller::poller(asio::io_context& loop, handlers call) : self_{std::make_shared<implementation>(loop, std::move(call))} {
  self_->wait_for_events();
}

poller::~poller() {
  self_->closed = true;
  boost::system::error_code ignored;
  self_->set.close(ignored);
  self_->timer.cancel();
}

void poller::add(int fd, std::uint32_t events, std::uint64_t tag) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = tag;
  if (::epoll_ctl(self_->set.native_handle(), EPOLL_CTL_ADD, fd, &event) < 0)
    throw std::system_error{errno, std::system_category(), "epoll_ctl"};
}

void poller::modify(int fd, std::uint32_t events, std::uint64_t tag) noexcept {
  epoll_event event{};
  event.events = events;
  event.data.u64 = tag;
  ::epoll_ctl(self_->set.native_handle(), EPOLL_CTL_MOD, fd, &event);
}

void poller::remove(int fd) noexcept { ::epoll_ctl(self_->set.native_handle(), EPOLL_CTL_DEL, fd, nullptr); }

void poller::timer_at(time_point when) {
  if (self_->armed && *self_->armed <= when) return;
  self_->armed = when;
  self_->wait_for_timer();
}

}  // namespace troupe::transport
