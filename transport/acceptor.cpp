#include "transport/acceptor.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config/log.hpp"
#include "transport/link_set.hpp"
#include "transport/listener.hpp"

namespace troupe::transport {

namespace {

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

acceptor::acceptor(reactor& on, link_set& links, std::shared_ptr<listener> from)
  : reactor_{on},
    links_{links},
    from_{std::move(from)},
    socket_{from_->open()},
    pause_{on},
    reserve_{reserve_descriptor()} {
  listen();
}

acceptor::~acceptor() {
  stop();
  if (reserve_ >= 0) ::close(reserve_);
}

void acceptor::stop() noexcept {
  watch_.reset();
  pause_.cancel();
  if (socket_ < 0) return;
  ::close(std::exchange(socket_, -1));
  from_->closed();
}

void acceptor::listen() {
  watch_.emplace(reactor_, socket_, [this] { ready(); });
}

void acceptor::ready() {
  if (accept_one()) return;
  watch_->stop();
  pause_.after(exhausted_pause, [this] { listen(); });
}

// One for each time that the socket is found ready: a storm of them must not hold up those that are open. False when
// the process or the machine has no descriptor left.
bool acceptor::accept_one() {
  sockaddr_storage address{};
  address.ss_family = AF_UNIX;  // the kernel tells no address of unnamed unix sockets
  socklen_t size = sizeof address;
  const int fd = ::accept4(socket_, reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) {
    exhausted_ = false;
    take(fd, address_of(address));
  } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
    shed(errno);
    return false;
  }
  return true;
}

void acceptor::take(int fd, const peer_address& peer) {
  const auto [as, why] = from_->admit(peer, node_clock::now());
  if (as != admission::welcome)
    log::peer_event("listener", log::level::info, "{}: {} refused: {}", from_->options().name, peer.text(),
                    to_string(why));
  if (as == admission::closed)
    ::close(fd);
  else
    links_.add(fd, from_, peer, as);
}

// Gives up the reserve to close one connection rather than let it wait unanswered; then looks away for a while.
void acceptor::shed(int error) {
  if (!std::exchange(exhausted_, true))
    log::error("listener", "{}: cannot accept: {}; clients are turned away", from_->options().name,
               std::strerror(error));
  if (reserve_ >= 0) {
    ::close(reserve_);
    const int fd = ::accept4(socket_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) ::close(fd);
    if (fd >= 0) from_->count(refusal::descriptors);
  }
  reserve_ = reserve_descriptor();
}

}  // namespace troupe::transport
