#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "transport/address.hpp"

namespace troupe::transport {

/// What stands at the start of a connection that came through a proxy which speaks the PROXY protocol, version 1 or 2.
struct proxy_header {
  enum class state : std::uint8_t { complete, incomplete, malformed };

  /// Longest header that is waited for; the additional fields of version 2 count.
  static constexpr std::size_t bytes_max = 4 * 1024;

  proxy_header::state state = state::incomplete;
  std::size_t consumed = 0;  ///< when complete: bytes of the header
  /// The client. kind::none when the proxy speaks for itself (LOCAL) or does not know (UNKNOWN): the socket's own peer
  /// address stands.
  peer_address source;
};

/// Reads the header from all bytes received so far. Allocates nothing.
proxy_header parse_proxy_header(std::span<const std::byte> received) noexcept;

}  // namespace troupe::transport
