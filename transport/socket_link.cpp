#include "transport/socket_link.hpp"

#include <cerrno>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

#include "transport/link_set.hpp"
#include "transport/packet_tap.hpp"

namespace troupe::transport {

namespace {

io_result receive(int fd, std::span<std::byte> into) noexcept {
  for (;;) {
    const auto count = ::recv(fd, into.data(), into.size(), 0);
    if (count > 0) return {io_status::done, static_cast<std::size_t>(count)};
    if (count == 0) return {io_status::closed, 0};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {io_status::want_read, 0};
    if (errno != EINTR) return {io_status::failed, 0};
  }
}

}  // namespace

socket_link::socket_link(int socket, std::shared_ptr<transport::listener> from, const peer_address& client,
                         admission as)
  : accepted_by{std::move(from)},
    address{client},
    fd{socket},
    admitted{as} {}

socket_link::~socket_link() {
  tls = {};
  ::close(fd);
  accepted_by->left();
}

void socket_link::send(mqtt::outbox& from) {
  if (phase == link_phase::open && set) {
    if (set->tap_) [[unlikely]]
      set->tap_->sent(*this, from);
    set->writer_.packets(*this, from);
  }
  from.clear();
}

void socket_link::resume() {
  const bool was_paused = is_paused;
  is_paused = false;
  if (!was_paused || !set || phase != link_phase::open) return;
  set->watch_again(*this);
  if (unread || tls.has_unread()) set->notice(*this);
}

void socket_link::close(close_reason why, std::string_view text) {
  if (set) set->begin_close(*this, why, text);
}

unread_bytes& socket_link::unread_or_new() {
  if (!unread) unread = std::make_unique<unread_bytes>();
  return *unread;
}

// While draining nobody looks at what comes: TLS has been shut down.
io_result socket_link::read(std::span<std::byte> into) noexcept {
  return tls && phase != link_phase::draining ? tls.read(into) : receive(fd, into);
}

}  // namespace troupe::transport
