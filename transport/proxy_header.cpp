#include "transport/proxy_header.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace troupe::transport {

namespace {

using state = enum proxy_header::state;

constexpr std::string_view v1_start = "PROXY ";
constexpr std::size_t v1_bytes_max = 107;  ///< the longest line of version 1, its CRLF included
constexpr std::array<std::uint8_t, 12> v2_start{0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};
constexpr std::size_t v2_fixed_bytes = 16;

proxy_header malformed() noexcept { return {state::malformed, 0, {}}; }
proxy_header complete(std::size_t consumed, const peer_address& source = {}) noexcept {
  return {state::complete, consumed, source};
}

/// Cuts the next word off `line`; words are parted by exactly one space.
std::string_view next_word(std::string_view& line) noexcept {
  auto end = std::min(line.find(' '), line.size());
  auto word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

std::optional<std::uint16_t> v1_port(std::string_view word) noexcept {
  std::uint16_t port = 0;
  auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), port);
  auto leading_zero = word.size() > 1 && word.front() == '0';
  if (word.empty() || error != std::errc{} || end != word.data() + word.size() || leading_zero) return std::nullopt;
  return port;
}

std::optional<ip_address> v1_ip(std::string_view word, bool v4) noexcept {
  auto written_v4 = word.find(':') == std::string_view::npos;
  return written_v4 == v4 ? parse_ip(word) : std::nullopt;
}

/// "TCP4 source destination port port" or "UNKNOWN ...", without the line's end.
proxy_header read_v1(std::string_view line, std::size_t consumed) noexcept {
  auto family = next_word(line);
  if (family == "UNKNOWN") return complete(consumed);
  if (family != "TCP4" && family != "TCP6") return malformed();
  auto source = v1_ip(next_word(line), family == "TCP4");
  auto destination = v1_ip(next_word(line), family == "TCP4");
  auto source_port = v1_port(next_word(line));
  auto line_end = line;
  auto destination_port = v1_port(next_word(line));
  if (!source || !destination || !source_port || !destination_port || line_end.ends_with(' ')) return malformed();
  return line.empty() ? complete(consumed, {peer_address::kind::ip, *source, *source_port}) : malformed();
}

proxy_header parse_v1(std::string_view text) noexcept {
  auto window = text.substr(0, v1_bytes_max);
  auto end = window.find('\n');
  if (end == std::string_view::npos) return window.size() < v1_bytes_max ? proxy_header{} : malformed();
  if (window[end - 1] != '\r') return malformed();
  return read_v1(window.substr(v1_start.size(), end - 1 - v1_start.size()), end + 1);
}

std::uint16_t big_endian(const std::uint8_t* bytes) noexcept {
  return static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);
}

/// The addresses of version 2; the fields behind them are skipped.
proxy_header read_v2(const std::uint8_t* body, std::size_t body_bytes, std::uint8_t family) noexcept {
  constexpr std::uint8_t unspecified = 0x00, tcp_v4 = 0x11, tcp_v6 = 0x21, unix_stream = 0x31;
  auto consumed = v2_fixed_bytes + body_bytes;
  switch (family) {
    case unspecified: return complete(consumed);
    case tcp_v4:
      if (body_bytes < 12) return malformed();
      return complete(consumed, {peer_address::kind::ip, from_v4(body), big_endian(body + 8)});
    case tcp_v6:
      if (body_bytes < 36) return malformed();
      return complete(consumed, {peer_address::kind::ip, from_v6(body), big_endian(body + 32)});
    case unix_stream:  // a socket on the proxy's machine: no address that would say anything here
      return body_bytes < 216 ? malformed() : complete(consumed);
    default: return malformed();
  }
}

proxy_header parse_v2(const std::uint8_t* bytes, std::size_t size) noexcept {
  constexpr std::uint8_t local = 0x20, proxied = 0x21;
  if (size > 12 && bytes[12] != local && bytes[12] != proxied) return malformed();
  if (size < v2_fixed_bytes) return {};
  auto body_bytes = static_cast<std::size_t>(big_endian(bytes + 14));
  if (v2_fixed_bytes + body_bytes > proxy_header::bytes_max) return malformed();
  if (size < v2_fixed_bytes + body_bytes) return {};
  if (bytes[12] == local) return complete(v2_fixed_bytes + body_bytes);
  return read_v2(bytes + v2_fixed_bytes, body_bytes, bytes[13]);
}

}  // namespace

proxy_header parse_proxy_header(std::span<const std::byte> received) noexcept {
  if (received.empty()) return {};
  auto bytes = reinterpret_cast<const std::uint8_t*>(received.data());
  std::string_view text{reinterpret_cast<const char*>(bytes), received.size()};
  // Whatever begins like neither version is refused at once, not after a timeout.
  auto v1_seen = std::min(text.size(), v1_start.size());
  if (text.substr(0, v1_seen) == v1_start.substr(0, v1_seen))
    return v1_seen == v1_start.size() ? parse_v1(text) : proxy_header{};
  auto v2_seen = std::min(text.size(), v2_start.size());
  if (!std::equal(bytes, bytes + v2_seen, v2_start.begin())) return malformed();
  return parse_v2(bytes, text.size());
}

}  // namespace troupe::transport
