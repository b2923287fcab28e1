#include "transport/address.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>

namespace troupe::transport {

namespace {

constexpr std::uint8_t v4_prefix_bits = 96;

template <class Int>
std::optional<Int> parse_number(std::string_view text, Int max) {
  unsigned value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value > max) return std::nullopt;
  return static_cast<Int>(value);
}

std::optional<std::uint16_t> parse_port(std::string_view text) { return parse_number<std::uint16_t>(text, 65535); }

/// "[host]rest" without its brackets.
struct bracketed {
  std::string_view host, rest;
};

std::optional<bracketed> split_brackets(std::string_view text) {
  auto end = text.find(']');
  if (text.empty() || text.front() != '[' || end == std::string_view::npos) return std::nullopt;
  return bracketed{text.substr(1, end - 1), text.substr(end + 1)};
}

bool same_bits(const std::uint8_t* a, const std::uint8_t* b, unsigned bits) noexcept {
  auto whole = bits / 8;
  if (std::memcmp(a, b, whole) != 0) return false;
  if (bits % 8 == 0) return true;
  auto mask = static_cast<std::uint8_t>(0xFF << (8 - bits % 8));
  return ((a[whole] ^ b[whole]) & mask) == 0;
}

}  // namespace

bool ip_address::is_v4() const noexcept {
  static constexpr std::uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  return std::memcmp(bytes.data(), mapped, sizeof mapped) == 0;
}

bool ip_address::is_loopback() const noexcept {
  if (is_v4()) return bytes[12] == 127;
  return bytes[15] == 1 && std::all_of(bytes.begin(), bytes.end() - 1, [](auto byte) { return byte == 0; });
}

bool ip_address::is_unspecified() const noexcept {
  return std::all_of(bytes.begin() + (is_v4() ? 12 : 0), bytes.end(), [](auto byte) { return byte == 0; });
}

std::string ip_address::text() const {
  char buffer[INET6_ADDRSTRLEN];
  auto written = is_v4() ? inet_ntop(AF_INET, bytes.data() + 12, buffer, sizeof buffer)
                         : inet_ntop(AF_INET6, bytes.data(), buffer, sizeof buffer);
  return written ? written : "";
}

ip_address from_v4(const std::uint8_t* bytes) noexcept {
  ip_address result;
  result.bytes[10] = result.bytes[11] = 0xFF;
  std::copy_n(bytes, 4, result.bytes.begin() + 12);
  return result;
}

ip_address from_v6(const std::uint8_t* bytes) noexcept {
  ip_address result;
  std::copy_n(bytes, 16, result.bytes.begin());
  return result;
}

std::optional<ip_address> parse_ip(std::string_view text) {
  char terminated[INET6_ADDRSTRLEN];
  if (text.size() >= sizeof terminated || text.find('\0') != std::string_view::npos) return std::nullopt;
  *std::copy(text.begin(), text.end(), terminated) = '\0';
  std::uint8_t bytes[16];
  if (inet_pton(AF_INET, terminated, bytes) == 1) return from_v4(bytes);
  if (inet_pton(AF_INET6, terminated, bytes) == 1) return from_v6(bytes);
  return std::nullopt;
}

bool peer_address::is_local() const noexcept {
  return kind == kind::unix_socket || (kind == kind::ip && ip.is_loopback());
}

std::string peer_address::text() const {
  if (kind == kind::none) return "unknown";
  if (kind == kind::unix_socket) return "unix";
  if (port == 0) return ip.text();
  std::string result;
  result += ip.is_v4() ? "" : "[";
  result += ip.text();
  result += ip.is_v4() ? ":" : "]:";
  return result += std::to_string(port);
}

std::optional<peer_address> parse_peer(std::string_view text) {
  auto host = text;
  std::string_view port_text;
  if (auto parts = split_brackets(text)) {
    host = parts->host;
    if (!parts->rest.empty() && parts->rest.front() != ':') return std::nullopt;
    if (parts->rest.size() == 1) return std::nullopt;
    port_text = parts->rest.empty() ? parts->rest : parts->rest.substr(1);
    if (host.find(':') == std::string_view::npos) return std::nullopt;
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    auto colon = text.find(':');
    host = text.substr(0, colon);
    port_text = text.substr(colon + 1);
    if (port_text.empty()) return std::nullopt;
  }
  auto ip = parse_ip(host);
  auto port = port_text.empty() ? std::optional<std::uint16_t>{0} : parse_port(port_text);
  if (!ip || !port) return std::nullopt;
  return peer_address{peer_address::kind::ip, *ip, *port};
}

std::optional<network> network::parse(std::string_view text) {
  network result;
  if (text == "unix") {
    result.unix_ = true;
    return result;
  }
  auto slash = text.find('/');
  auto written = text.substr(0, slash);
  auto ip = parse_ip(written);
  if (!ip) return std::nullopt;
  // "::ffff:10.0.0.0/104" counts its bits in the long form, "10.0.0.0/8" in the short one.
  auto v4 = written.find(':') == std::string_view::npos;
  auto bits_max = static_cast<std::uint8_t>(v4 ? 32 : 128);
  auto bits = slash == std::string_view::npos ? std::optional{bits_max}
                                              : parse_number<std::uint8_t>(text.substr(slash + 1), bits_max);
  if (!bits) return std::nullopt;
  result.base_ = *ip;
  result.prefix_bits_ = static_cast<std::uint8_t>(v4 ? *bits + v4_prefix_bits : *bits);
  result.v4_ = v4 || (ip->is_v4() && result.prefix_bits_ >= v4_prefix_bits);
  return result;
}

bool network::contains(const ip_address& address) const noexcept {
  // "::/0" means every IPv6 address: an IPv4 peer is not one of them, though kept in its mapped form.
  if (unix_ || v4_ != address.is_v4()) return false;
  return same_bits(base_.bytes.data(), address.bytes.data(), prefix_bits_);
}

bool network::contains(const peer_address& address) const noexcept {
  if (address.kind == peer_address::kind::unix_socket) return unix_;
  return address.kind == peer_address::kind::ip && contains(address.ip);
}

network_list::network_list(const std::vector<std::string>& texts, std::string* bad) {
  for (const auto& text : texts) {
    if (auto parsed = network::parse(text))
      networks_.push_back(*parsed);
    else if (bad && bad->empty())
      *bad = text;
  }
}

bool network_list::contains(const peer_address& address) const noexcept {
  return std::any_of(networks_.begin(), networks_.end(), [&](const network& one) { return one.contains(address); });
}

}  // namespace troupe::transport
