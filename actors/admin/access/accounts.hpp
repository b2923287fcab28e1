#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "actors/admin/access/account_book.hpp"
#include "actors/admin/access/surroundings.hpp"

namespace troupe::admin {

/// Why something is not done, as the API says it.
struct refusal {
  unsigned status = 400;
  std::string sentence;
};

/// Users and API keys, kept in one file. What changes them is in the file, or undone, when the call returns; the times
/// of last use are written at most once a minute, because a program with a key would have the disk turn at each
/// request.
class accounts {
public:
  using opened = std::variant<std::unique_ptr<accounts>, std::string>;
  /// Reads the file; there may be none yet. The error is a sentence.
  static opened open(std::string path, surroundings around);
  ~accounts();
  accounts(const accounts&) = delete;
  accounts& operator=(const accounts&) = delete;

  /// Called with the name of a user whose password or role is another now, or who is gone.
  void when_changed(std::function<void(std::string_view user)> call) { changed_ = std::move(call); }

  const account_book& book() const noexcept { return book_; }
  const user* find_user(std::string_view name) const;

  /// Empty when another account of that name may be added: 400 or 409 otherwise.
  std::optional<refusal> objection_to(std::string_view name) const;
  std::optional<refusal> add_user(std::string_view name, role as, std::string password_hash);
  /// What is absent stays as it is. 409 for the last admin's role.
  std::optional<refusal> change_user(std::string_view name, std::optional<role> as, std::optional<std::string> hash);
  std::optional<refusal> remove_user(std::string_view name);
  void logged_in(std::string_view name);

  /// The text of the new key: there is no second time to see it. `days` at most ten years; without them for ever.
  std::variant<std::string, refusal> add_key(std::string_view name, role as, std::optional<std::int64_t> days);
  std::optional<refusal> remove_key(std::string_view name);

  struct named_role {
    std::string name;
    admin::role role;
  };
  /// Whose key this is, if it is one and valid now.
  std::optional<named_role> use_key(std::string_view text);

private:
  accounts(std::string path, surroundings around, account_book book);
  std::optional<refusal> keep(account_book changed);
  void used();
  void write_uses();

  std::string path_;
  surroundings around_;
  account_book book_;
  std::map<std::string, std::string, std::less<>> key_of_digest_;
  std::function<void(std::string_view)> changed_ = [](std::string_view) {};
  bool unwritten_uses_ = false;
  surroundings::steady_clock::time_point written_;
};

/// Where there is no user, adds `admin` with that password; without one, with a password that it gives back for the
/// operator to be told once. The error is a sentence.
std::variant<std::optional<std::string>, std::string> ensure_admin(accounts& known, std::string_view initial_password,
                                                                   const surroundings& around);

}  // namespace troupe::admin
