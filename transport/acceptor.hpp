#pragma once

#include <memory>

namespace boost::asio {
class io_context;
}

namespace troupe::transport {

class link_set;
class listener;

/// Accepts the connections of one listener on one loop and puts them into the loop's links. Used on that loop only.
class acceptor {
public:
  /// Listens from now on. `links` must outlive it. Throws as listener::open() does.
  acceptor(boost::asio::io_context& loop, link_set& links, std::shared_ptr<listener> from);
  /// stop()
  ~acceptor();

  /// Closes the listening socket. Connections that the kernel has queued on it are reset.
  void stop() noexcept;

private:
  struct implementation;
  std::shared_ptr<implementation> self_;
};

}  // namespace troupe::transport
