#include "transport/acceptor.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "config/log.hpp"
#include "transport/link_set.hpp"
#include "transport/listener.hpp"

namespace troupe::transport {

namespace asio = boost::asio;

namespace {

/// Connections taken for one wake-up: a storm of them must not hold up those that are open.
constexpr int accepts_per_round = 2;
/// Without descriptors, how long the kernel's queue is left alone.
constexpr std::chrono::milliseconds exhausted_pause{100};

int reserve_descriptor() noexcept { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

peer_address address_of(const sockaddr_storage& from) noexcept {
  peer_address result;
  if (from.ss_family == AF_UNIX) {
    result.kind = peer_address::kind::unix_socket;
  } else if (from.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(from);
    result.kind = peer_address::kind::ip;
    result.ip = from_v4(reinterpret_cast<const std::uint8_t*>(&v4.sin_addr));
    result.port = ntohs(v4.sin_port);
  } else if (from.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from);
    result.kind = peer_address::kind::ip;
    result.ip = from_v6(v6.sin6_addr.s6_addr);
    result.port = ntohs(v6.sin6_port);
  }
  return result;
}

}  // namespace

struct acceptor::implementation : std::enable_shared_from_this<implementation> {
  implementation(asio::io_context& loop, link_set& set, std::shared_ptr<listener> listening)
    : links{set},
      from{std::move(listening)},
      socket{loop, from->open()},
      pause{loop},
      reserve{reserve_descriptor()} {}

  ~implementation() {
    if (reserve >= 0) ::close(reserve);
  }

  void wait() {
    socket.async_wait(asio::posix::stream_descriptor::wait_read, [self = shared_from_this()](const auto& error) {
      if (error || self->stopped) return;
      if (self->accept_round())
        self->wait();
      else
        self->wait_a_while();
    });
  }

  void wait_a_while() {
    pause.expires_after(exhausted_pause);
    pause.async_wait([self = shared_from_this()](const auto& error) {
      if (!error && !self->stopped) self->wait();
    });
  }

  // False when the process or the machine has no descriptor left.
  bool accept_round() {
    for (int i = 0; i < accepts_per_round && !stopped; ++i) {
      sockaddr_storage address{};
      address.ss_family = AF_UNIX;  // the kernel tells no address of unnamed unix sockets
      socklen_t size = sizeof address;
      const int fd =
        ::accept4(socket.native_handle(), reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) {
        exhausted = false;
        take(fd, address_of(address));
      } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        shed(errno);
        return false;
      } else if (errno != EINTR && errno != ECONNABORTED) {
        return true;
      }
    }
    return true;
  }

  void take(int fd, const peer_address& peer) {
    const auto [as, why] = from->admit(peer, node_clock::now());
    if (as != admission::welcome)
      log::peer_event("listener", log::level::info, "{}: {} refused: {}", from->options().name, peer.text(),
                      to_string(why));
    if (as == admission::closed)
      ::close(fd);
    else
      links.add(fd, from, peer, as);
  }

  // Gives up the reserve to close one connection rather than let it wait unanswered; then looks away for a while.
  void shed(int error) {
    if (!std::exchange(exhausted, true))
      log::error("listener", "{}: cannot accept: {}; clients are turned away", from->options().name,
                 std::strerror(error));
    if (reserve >= 0) {
      ::close(reserve);
      const int fd = ::accept4(socket.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) ::close(fd);
      if (fd >= 0) from->count(refusal::descriptors);
    }
    reserve = reserve_descriptor();
  }

  link_set& links;
  std::shared_ptr<listener> from;
  asio::posix::stream_descriptor socket;
  asio::steady_timer pause;
  int reserve;
  bool exhausted = false;
  bool stopped = false;
};

acceptor::acceptor(asio::io_context& loop, link_set& links, std::shared_ptr<listener> from)
  : self_{std::make_shared<implementation>(loop, links, std::move(from))} {
  self_->wait();
}

acceptor::~acceptor() { stop(); }

void acceptor::stop() noexcept {
  if (std::exchange(self_->stopped, true)) return;
  boost::system::error_code ignored;
  self_->socket.close(ignored);
  self_->pause.cancel();
}

}  // namespace troupe::transport
