#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "routing/publication.hpp"

namespace boost::asio {
class io_context;
}

namespace troupe::transport {

/// An epoll set nested in a loop's io_context: thousands of descriptors cost Asio one. Level-triggered. Its handlers
/// run inside io_context::run*(); they must not throw.
class poller {
public:
  struct handlers {
    std::function<void(std::uint64_t tag, std::uint32_t events)> ready;  ///< a descriptor is EPOLLIN ...
    std::function<void(time_point now)> timer;                           ///< the instant of timer_at() has come
  };

  /// Throws std::system_error when the kernel gives no epoll descriptor.
  poller(boost::asio::io_context& loop, handlers call);
  ~poller();

  /// Throws std::system_error (the kernel's limit of watches). `tag` comes back in `ready` until remove().
  void add(int fd, std::uint32_t events, std::uint64_t tag);
  void modify(int fd, std::uint32_t events, std::uint64_t tag) noexcept;
  /// A round that is under way may still report the descriptor: a tag must tell that it is outdated.
  void remove(int fd) noexcept;

  /// One timer: the earliest instant asked for since it last went off counts.
  void timer_at(time_point when);

private:
  struct implementation;
  std::shared_ptr<implementation> self_;  // shared with handlers that Asio still holds when the poller is gone
};

}  // namespace troupe::transport
