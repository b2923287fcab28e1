#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::transport {

/// An IP address. IPv4 is kept in its v4-mapped form, so that 1.2.3.4 and ::ffff:1.2.3.4 are one and the same.
struct ip_address {
  std::array<std::uint8_t, 16> bytes{};

  bool is_v4() const noexcept;
  /// 127.0.0.0/8 and ::1.
  bool is_loopback() const noexcept;
  bool is_unspecified() const noexcept;
  /// "1.2.3.4" or "::1", without brackets.
  std::string text() const;

  friend bool operator==(const ip_address&, const ip_address&) = default;
};

/// From the four bytes of an IPv4 address in network order.
ip_address from_v4(const std::uint8_t* bytes) noexcept;
/// From the sixteen bytes of an IPv6 address in network order.
ip_address from_v6(const std::uint8_t* bytes) noexcept;
/// "1.2.3.4", "::1" or "::ffff:1.2.3.4"; no brackets, no zone, no port.
std::optional<ip_address> parse_ip(std::string_view text);

/// Where the other end of a connection is.
struct peer_address {
  enum class kind : std::uint8_t { none, ip, unix_socket };
  peer_address::kind kind = peer_address::kind::none;
  ip_address ip;
  std::uint16_t port = 0;  ///< 0: not known

  /// On this machine: a loopback address or a unix socket.
  bool is_local() const noexcept;
  /// "1.2.3.4:5678", "[::1]:5678", without the port where it is not known; "unix"; "unknown".
  std::string text() const;

  friend bool operator==(const peer_address&, const peer_address&) = default;
};

/// "1.2.3.4", "1.2.3.4:5678", "::1", "[::1]" or "[::1]:5678", as proxies write it.
std::optional<peer_address> parse_peer(std::string_view text);

/// A set of neighbouring addresses: "10.0.0.0/8", "fd00::/8", a single address, or "unix" for unix sockets.
class network {
public:
  static std::optional<network> parse(std::string_view text);
  bool contains(const ip_address& address) const noexcept;
  bool contains(const peer_address& address) const noexcept;

private:
  ip_address base_;
  std::uint8_t prefix_bits_ = 128;  ///< counted in the v4-mapped form
  bool v4_ = false;
  bool unix_ = false;
};

/// The networks of an allow, deny or trust list.
class network_list {
public:
  network_list() = default;
  /// `bad`, when given, gets the first entry that is no network; such entries are left out.
  explicit network_list(const std::vector<std::string>& texts, std::string* bad = nullptr);
  bool contains(const peer_address& address) const noexcept;
  bool empty() const noexcept { return networks_.empty(); }

private:
  std::vector<network> networks_;
};

}  // namespace troupe::transport
