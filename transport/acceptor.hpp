#pragma once

#include <memory>
#include <optional>

#include "transport/reactor.hpp"

namespace troupe::transport {

class link_set;
class listener;
struct peer_address;

/// Accepts the connections of one listener on one loop and puts them into the loop's links. Used on that loop only.
class acceptor {
public:
  /// Listens from now on. `on` and `links` must outlive it. Throws as listener::open() does.
  acceptor(reactor& on, link_set& links, std::shared_ptr<listener> from);
  /// stop()
  ~acceptor();
  acceptor(const acceptor&) = delete;
  acceptor& operator=(const acceptor&) = delete;

  /// Closes the listening socket. Connections that the kernel has queued on it are reset.
  void stop() noexcept;

private:
  void listen();
  void ready();
  bool accept_one();
  void take(int fd, const peer_address& peer);
  void shed(int error);

  reactor& reactor_;
  link_set& links_;
  std::shared_ptr<listener> from_;
  int socket_;
  std::optional<reactor::watch> watch_;
  reactor::timer pause_;
  int reserve_;  ///< given up to turn a connection away when there is no descriptor left
  bool exhausted_ = false;
};

}  // namespace troupe::transport
