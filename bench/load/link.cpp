#include "bench/load/link.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/load/plan.hpp"

namespace troupe::bench {

namespace {

bool bind_to(int fd, in_addr_t source) {
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_addr.s_addr = source;
  // The port is chosen by connect(), so that one port serves several destinations.
  int on = 1;
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  return bind(fd, reinterpret_cast<const sockaddr*>(&from), sizeof from) == 0;
}

bool would_block() noexcept { return errno == EAGAIN || errno == EINTR; }

}  // namespace

link::link(link&& other) noexcept
  : fd_{std::exchange(other.fd_, -1)},
    error_{other.error_},
    tls_{std::move(other.tls_)} {}

link& link::operator=(link&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(error_, other.error_);
  std::swap(tls_, other.tls_);
  return *this;
}

link::status link::connect(const endpoint& to, const in_addr_t* source, bool in_turn, int receive_buffer) {
  fd_ = socket(to.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int on = 1;
  if (!in_turn) setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (receive_buffer != 0) setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  const auto made = fd_ >= 0 && (source == nullptr || bind_to(fd_, *source));
  if (made && ::connect(fd_, reinterpret_cast<const sockaddr*>(&to.address), to.address_bytes) == 0)
    return status::done;
  error_ = errno;
  return made && error_ == EINPROGRESS ? status::want_write : status::failed;
}

link::status link::connected(std::uint32_t events) {
  if (events & (EPOLLERR | EPOLLHUP)) {
    socklen_t size = sizeof error_;
    getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error_, &size);
    return status::failed;
  }
  return events & EPOLLOUT ? status::done : status::want_write;
}

link::status link::secure(const endpoint& to) {
  if (!to.secure) return status::done;
  if (!tls_) tls_ = to.secure->begin(fd_);
  if (!tls_) return status::failed;
  ERR_clear_error();
  return tls_result(SSL_do_handshake(tls_.get()), 0).status;
}

link::result link::tls_result(int value, std::size_t bytes) const noexcept {
  if (value > 0) return {status::done, bytes};
  switch (SSL_get_error(tls_.get(), value)) {
    case SSL_ERROR_WANT_READ: return {status::want_read, 0};
    case SSL_ERROR_WANT_WRITE: return {status::want_write, 0};
    case SSL_ERROR_ZERO_RETURN: return {status::closed, 0};
    default: return {status::failed, 0};
  }
}

link::result link::receive(std::span<std::byte> into) {
  if (tls_) {
    ERR_clear_error();
    std::size_t bytes = 0;
    const auto value = SSL_read_ex(tls_.get(), into.data(), into.size(), &bytes);
    return tls_result(value, bytes);
  }
  const auto got = recv(fd_, into.data(), into.size(), 0);
  if (got > 0) return {status::done, static_cast<std::size_t>(got)};
  if (got == 0) return {status::closed, 0};
  error_ = errno;
  return {would_block() ? status::want_read : status::failed, 0};
}

link::result link::send(std::span<const std::byte> from) {
  if (tls_) {
    ERR_clear_error();
    std::size_t bytes = 0;
    const auto value = SSL_write_ex(tls_.get(), from.data(), from.size(), &bytes);
    return tls_result(value, bytes);
  }
  const auto sent = ::send(fd_, from.data(), from.size(), MSG_NOSIGNAL);
  if (sent >= 0) return {status::done, static_cast<std::size_t>(sent)};
  error_ = errno;
  return {would_block() ? status::want_write : status::failed, 0};
}

bool link::unread() const noexcept { return tls_ && SSL_has_pending(tls_.get()) == 1; }

void link::close(bool orderly) noexcept {
  if (orderly && tls_ && SSL_is_init_finished(tls_.get())) SSL_shutdown(tls_.get());
  tls_.reset();
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

std::string link::failure() const { return tls_ ? tls_failure(*tls_) : std::strerror(error_); }

}  // namespace troupe::bench
