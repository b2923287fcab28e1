#include "config/address.hpp"

#include <array>
#include <charconv>

#include <arpa/inet.h>

namespace troupe::config {

namespace {

enum class family : std::uint8_t { none, v4, v6 };

struct parsed_ip {
  family kind = family::none;
  std::array<unsigned char, 16> bytes{};
};

parsed_ip parse_ip(std::string_view text) {
  parsed_ip result;
  const std::string copy{text};
  if (inet_pton(AF_INET, copy.c_str(), result.bytes.data()) == 1)
    result.kind = family::v4;
  else if (inet_pton(AF_INET6, copy.c_str(), result.bytes.data()) == 1)
    result.kind = family::v6;
  return result;
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto* end = text.data() + text.size();
  const auto [next, failed] = std::from_chars(text.data(), end, number);
  if (failed != std::errc{} || next != end) return std::nullopt;
  return number;
}

bool is_host(std::string_view text) { return text.find_first_of(":/[] \t@") == std::string_view::npos; }

}  // namespace

bool bind_target::is_local() const {
  if (is_unix() || host == "localhost") return true;
  const auto ip = parse_ip(host);
  if (ip.kind == family::v4) return ip.bytes[0] == 127;
  return ip.kind == family::v6 && ip.bytes == parse_ip("::1").bytes;
}

bool bind_target::is_every_address() const {
  if (is_unix()) return false;
  if (host.empty() || host == "*") return true;
  const auto ip = parse_ip(host);
  return ip.kind != family::none && ip.bytes == decltype(ip.bytes){};
}

std::optional<bind_target> parse_bind(std::string_view text) {
  constexpr std::string_view unix_prefix = "unix:";
  bind_target result;
  if (text.starts_with(unix_prefix)) {
    result.unix_path = text.substr(unix_prefix.size());
    if (result.unix_path.empty()) return std::nullopt;
    return result;
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
  auto host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!port || (bracketed ? parse_ip(host).kind != family::v6 : !is_host(host))) return std::nullopt;
  result.host = host;
  result.port = *port;
  return result;
}

bool overlap(const bind_target& a, const bind_target& b) {
  if (a.is_unix() || b.is_unix()) return a.unix_path == b.unix_path;
  if (a.port != b.port || a.port == 0) return false;
  const auto one = parse_ip(a.host), other = parse_ip(b.host);
  const bool same_family = one.kind == other.kind || one.kind == family::none || other.kind == family::none;
  if (same_family && (a.is_every_address() || b.is_every_address())) return true;
  if (one.kind == family::none || other.kind == family::none) return a.host == b.host;
  return same_family && one.bytes == other.bytes;
}

bool is_network(std::string_view text) {
  if (text == "unix") return true;
  const auto slash = text.find('/');
  const auto ip = parse_ip(text.substr(0, slash));
  if (ip.kind == family::none) return false;
  if (slash == std::string_view::npos) return true;
  const auto bits = parse_number<unsigned>(text.substr(slash + 1));
  return bits && *bits <= (ip.kind == family::v4 ? 32u : 128u);
}

}  // namespace troupe::config
