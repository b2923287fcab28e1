#include "actors/bans/ban.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "routing/utf8.hpp"
#include "transport/address.hpp"

namespace troupe::actors {

namespace {

constexpr std::array<std::string_view, 3> kind_names{"client", "user", "address"};
constexpr std::uint16_t address_bits = 128, mapped_bits = 96;

std::string masked(const transport::ip_address& address, std::uint16_t bits) {
  std::string result(address.bytes.begin(), address.bytes.end());
  for (std::size_t i = 0; i < result.size(); ++i) {
    const auto left = static_cast<int>(bits) - static_cast<int>(i * 8);
    const auto mask = left >= 8 ? 0xFFU : left <= 0 ? 0U : (0xFF00U >> left) & 0xFFU;
    result[i] = static_cast<char>(static_cast<unsigned char>(result[i]) & mask);
  }
  return result + static_cast<char>(bits);
}

std::variant<ban_key, std::string> address_key(std::string_view value) {
  const auto wrong = [&] {
    return fmt::format("{} is no address and no network: 192.0.2.7, 192.0.2.0/24, 2001:db8::/32.", value);
  };
  const auto slash = value.find('/');
  const auto address = transport::parse_ip(value.substr(0, slash));
  if (!address) return wrong();
  const bool v4_text = value.substr(0, slash).find(':') == std::string_view::npos;
  std::uint16_t bits = address_bits;
  if (slash != std::string_view::npos) {
    const auto* end = value.data() + value.size();
    const auto [next, failed] = std::from_chars(value.data() + slash + 1, end, bits);
    if (failed != std::errc{} || next != end || bits > (v4_text ? address_bits - mapped_bits : address_bits))
      return wrong();
    if (bits == 0) return "That would be everybody; a listener can be stopped instead.";
    if (v4_text) bits = static_cast<std::uint16_t>(bits + mapped_bits);
  }
  return ban_key{ban_kind::address, true, bits, masked(*address, bits)};
}

std::variant<ban_key, std::string> text_key(ban_kind kind, std::string_view value) {
  if (!value.ends_with('*')) return ban_key{kind, false, 0, std::string{value}};
  value.remove_suffix(1);
  if (value.empty()) return "That would be everybody; a listener can be stopped instead.";
  return ban_key{kind, true, static_cast<std::uint16_t>(value.size()), std::string{value}};
}

}  // namespace

std::string_view name_of(ban_kind kind) noexcept { return kind_names[static_cast<std::size_t>(kind)]; }

std::optional<ban_kind> ban_kind_of(std::string_view text) noexcept {
  const auto found = std::find(kind_names.begin(), kind_names.end(), text);
  if (found == kind_names.end()) return std::nullopt;
  return static_cast<ban_kind>(found - kind_names.begin());
}

std::variant<ban_key, std::string> key_of(ban_kind kind, std::string_view value) {
  if (value.empty() || value.size() > ban_value_bytes_max)
    return fmt::format("value has 1 to {} bytes.", ban_value_bytes_max);
  if (!valid_utf8(value)) return "value has to be UTF-8.";
  return kind == ban_kind::address ? address_key(value) : text_key(kind, value);
}

}  // namespace troupe::actors
