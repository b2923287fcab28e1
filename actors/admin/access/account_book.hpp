#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "actors/admin/http/exchange.hpp"

namespace troupe::admin {

inline constexpr std::size_t users_max = 1'000;
inline constexpr std::size_t api_keys_max = 1'000;
inline constexpr std::size_t name_characters_max = 64;
inline constexpr std::size_t password_bytes_min = 8;
inline constexpr std::size_t password_bytes_max = 1'024;  ///< argon2id reads all of it

/// "viewer", "operator", "admin", as the API writes it; "nobody" never comes from outside.
std::string_view text_of(role which) noexcept;
std::optional<role> role_of(std::string_view text) noexcept;

struct user {
  admin::role role = role::viewer;
  std::string password_hash;                    ///< argon2id
  std::optional<std::int64_t> last_login = {};  ///< milliseconds since 1970, as all times here
};

struct api_key {
  admin::role role = role::viewer;
  std::string digest;  ///< of its whole text, which nobody keeps
  std::int64_t created = 0;
  std::optional<std::int64_t> expires = {};
  std::optional<std::int64_t> last_used = {};
};

/// Who may ask, by name. A name is that of one user or of one key: the audit log tells them by it.
struct account_book {
  std::map<std::string, user, std::less<>> users;
  std::map<std::string, api_key, std::less<>> keys;

  bool has(std::string_view name) const { return users.contains(name) || keys.contains(name); }
  std::size_t admins() const;
};

/// What is wrong with it, as a sentence; empty: nothing. "local" is taken by the owner of the unix socket.
std::string wrong_name(std::string_view name);
std::string wrong_password(std::string_view password);

/// The file of a book. Damage is an error, as the end of a sentence that begins with the file's name: a book that was
/// begun anew in place of it would let in whoever comes first.
std::string to_json(const account_book& book);
std::variant<account_book, std::string> from_json(std::string_view text);

}  // namespace troupe::admin
