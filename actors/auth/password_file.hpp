#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "actors/auth/password_hash.hpp"

namespace troupe::auth {

/// The users of a password file: one `user:hash` a line, empty lines and lines that begin with # are skipped.
/// Immutable: a reload makes a new one. Reading and checking block; both belong on a detached actor.
class password_file {
public:
  /// One line for everything that is wrong, with file and line number, and never with a hash in it.
  using errors = std::vector<std::string>;

  password_file(password_file&&) = default;
  password_file& operator=(password_file&&) = default;

  static std::variant<password_file, errors> load(const std::string& path);
  /// As load() with the text at hand; `path` is for the errors.
  static std::variant<password_file, errors> parse(std::string_view text, const std::string& path);

  /// Whether this is the user's password. An unknown user costs the check of somebody's hash all the same, so that the
  /// time of the answer does not tell who exists.
  bool verify(std::string_view user, std::string_view password) const;
  bool knows(std::string_view user) const { return users_.contains(std::string{user}); }
  std::size_t size() const noexcept { return users_.size(); }

private:
  password_file() = default;

  std::unordered_map<std::string, password_hash> users_;
  std::vector<const password_hash*> decoys_;  ///< all of users_ by number; nodes of the map do not move
};

/// Why a name cannot be a user of a password file; empty when it can.
std::string why_no_user(std::string_view name);

}  // namespace troupe::auth
