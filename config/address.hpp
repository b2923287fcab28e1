#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::config {

/// Where a listener binds.
struct bind_target {
  std::string host;        ///< name or address without brackets; empty or "*": every address
  std::uint16_t port = 0;  ///< 0: chosen by the kernel
  std::string unix_path;   ///< not empty: a unix socket, and nothing else counts

  bool is_unix() const noexcept { return !unix_path.empty(); }
  /// Whether only this machine can connect: unix socket, loopback address or "localhost".
  bool is_local() const;
  bool is_every_address() const;
};

/// "host:port", "[v6]:port" or "unix:/path"; nothing when it is none of these.
std::optional<bind_target> parse_bind(std::string_view text);

/// Whether a socket on one of them would take connections meant for the other.
bool overlap(const bind_target& a, const bind_target& b);

/// "10.0.0.0/8", "fd00::/8", a single address, or "unix".
bool is_network(std::string_view text);

}  // namespace troupe::config
