#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace troupe::actors {

inline constexpr std::size_t bans_max = 100'000;
inline constexpr std::size_t ban_value_bytes_max = 1'024;
inline constexpr std::size_t ban_reason_bytes_max = 1'024;

enum class ban_kind : std::uint8_t { client, user, address };

/// "client", "user", "address", as the API writes it.
std::string_view name_of(ban_kind kind) noexcept;
std::optional<ban_kind> ban_kind_of(std::string_view text) noexcept;

/// Who may not connect, until when, and who said so. Times are milliseconds since 1970.
struct ban {
  std::uint64_t id = 0;
  ban_kind kind = ban_kind::client;
  std::string value;   ///< as it was given; a client id or user name that ends in * bans all that begin so
  std::string reason;  ///< for operators; no client is told it
  std::string by;
  std::int64_t at = 0;
  std::optional<std::int64_t> until = {};  ///< nothing: for ever

  bool is_over(std::int64_t now) const noexcept { return until && *until <= now; }
};

/// A ban that is in force, and how many connections it has kept out. Shared by all loops.
struct standing_ban : ban {
  explicit standing_ban(ban of) : ban{std::move(of)} {}
  mutable std::atomic<std::uint64_t> refused{0};
  mutable std::atomic<std::int64_t> told_at{0};  ///< when the history last heard of an address that it kept out
};
using ban_ptr = std::shared_ptr<const standing_ban>;

/// What a ban is looked up by. Two texts for the same clients or addresses have the same key.
struct ban_key {
  ban_kind kind = ban_kind::client;
  bool prefix = false;
  std::uint16_t length = 0;  ///< of a prefix: bytes of the text, or bits of the address (an IPv4 one has 96 more)
  std::string text;          ///< or 16 bytes of address, the bits behind the prefix 0, and one byte with the length

  friend bool operator==(const ban_key&, const ban_key&) = default;
};

/// The key of a value, or what is wrong with the value, as a sentence. A value that would ban everybody is wrong.
std::variant<ban_key, std::string> key_of(ban_kind kind, std::string_view value);

}  // namespace troupe::actors
