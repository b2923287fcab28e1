#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <netinet/in.h>

#include "bench/load/tls.hpp"
#include "transport/tls.hpp"

namespace troupe::bench {

struct endpoint;

/// One connection's socket, and TLS on it where it is asked for: two words, and nothing else while it is plain. What a
/// call comes to is told as transport::io_result; why it failed, by failure().
class link {
public:
  using result = transport::io_result;
  using status = transport::io_status;

  link() = default;
  link(link&& other) noexcept;
  link& operator=(link&& other) noexcept;
  ~link() { close(false); }

  /// Begins to connect, from `source` where there is one. done: TCP is there; want_write: epoll will tell.
  /// `in_turn`: nothing is sent before the last has been answered, so nothing has to be done for it to leave at once.
  /// `receive_buffer` in bytes; 0: the kernel's choice.
  status connect(const endpoint& to, const in_addr_t* source, bool in_turn, int receive_buffer);
  /// Once epoll told something of a socket that was connecting.
  status connected(std::uint32_t events);
  /// Does what it can of the TLS handshake; done at once where none is to be made.
  status secure(const endpoint& to);
  result receive(std::span<std::byte> into);
  /// After anything but done the next call offers at least the same bytes.
  result send(std::span<const std::byte> from);
  /// Whether bytes wait inside of TLS: the socket will not announce them.
  bool unread() const noexcept;
  /// `orderly`: TLS is told that nothing more comes.
  void close(bool orderly) noexcept;

  int fd() const noexcept { return fd_; }
  std::string failure() const;

private:
  result tls_result(int value, std::size_t bytes) const noexcept;

  int fd_ = -1;
  int error_ = 0;  ///< errno of what failed last
  tls_session tls_;
};

static_assert(sizeof(link) == 16);

}  // namespace troupe::bench
