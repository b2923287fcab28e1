#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "config/options.hpp"
#include "transport/websocket/deflate.hpp"

namespace troupe::bench {

/// permessage-deflate for all connections of a process. Nobody keeps a window between messages (both ends are asked not
/// to): else an idle connection would hold some 44 KiB of zlib's state and tell nothing of the broker.
class compression {
public:
  /// Shorter messages are sent as they are: acknowledgements would grow.
  static constexpr std::size_t worthwhile_bytes = 64;
  static constexpr std::size_t message_bytes_max = 256 * 1024 * 1024;

  compression();
  compression(const compression&) = delete;
  compression& operator=(const compression&) = delete;

  /// Appends what a whole message inflates to. False: it is malformed, or larger than message_bytes_max.
  bool inflate(std::span<const std::byte> message, std::vector<std::byte>& to);
  /// Appends a whole message, to be framed with RSV1 set.
  void deflate(std::span<const std::byte> message, std::vector<std::byte>& to);

private:
  config::deflate_options options_;
  websocket::deflate_engines engines_;
  websocket::permessage_deflate messages_;
  std::vector<std::byte> chunk_;
};

}  // namespace troupe::bench
