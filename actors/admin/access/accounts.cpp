#include "actors/admin/access/accounts.hpp"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "actors/admin/access/private_file.hpp"
#include "actors/admin/access/secrets.hpp"
#include "actors/auth/password_hash.hpp"
#include "config/log.hpp"

namespace troupe::admin {

namespace {

constexpr std::size_t file_bytes_max = 4 * 1024 * 1024;  // all users and keys there may be take less than one
constexpr auto uses_written_every = std::chrono::minutes{1};
constexpr std::int64_t key_days_max = 3'650;
constexpr std::int64_t milliseconds_a_day = 24 * 60 * 60 * 1'000;
constexpr std::string_view key_prefix = "troupe_";

refusal no_user(std::string_view name) { return {404, fmt::format("There is no user {}.", name)}; }

refusal last_admin() { return {409, "The last admin has to stay one: nobody else could make another."}; }

}  // namespace

accounts::opened accounts::open(std::string path, surroundings around) {
  auto read = read_private(path, file_bytes_max);
  if (auto* wrong = std::get_if<std::string>(&read)) return std::move(*wrong);
  const auto& text = std::get<0>(read);
  account_book book;
  if (text) {
    auto parsed = from_json(*text);
    if (const auto* wrong = std::get_if<std::string>(&parsed))
      return fmt::format("{} {}. Restore it, or move it away to begin with a new admin.", path, *wrong);
    book = std::get<account_book>(std::move(parsed));
  }
  return std::unique_ptr<accounts>{new accounts{std::move(path), std::move(around), std::move(book)}};
}

accounts::accounts(std::string path, surroundings around, account_book book)
  : path_{std::move(path)},
    around_{std::move(around)},
    book_{std::move(book)},
    written_{around_.steady()} {
  for (const auto& [name, key] : book_.keys) key_of_digest_.emplace(key.digest, name);
}

accounts::~accounts() {
  if (unwritten_uses_) write_uses();
}

const user* accounts::find_user(std::string_view name) const {
  const auto at = book_.users.find(name);
  return at == book_.users.end() ? nullptr : &at->second;
}

std::optional<refusal> accounts::objection_to(std::string_view name) const {
  if (auto wrong = wrong_name(name); !wrong.empty()) return refusal{400, std::move(wrong)};
  if (book_.has(name)) return refusal{409, fmt::format("The name {} is taken.", name)};
  return std::nullopt;
}

std::optional<refusal> accounts::add_user(std::string_view name, role as, std::string password_hash) {
  if (auto objection = objection_to(name)) return objection;
  if (book_.users.size() >= users_max) return refusal{409, fmt::format("There are {} users already.", users_max)};
  auto changed = book_;
  changed.users.emplace(name, user{as, std::move(password_hash)});
  return keep(std::move(changed));
}

std::optional<refusal> accounts::change_user(std::string_view name, std::optional<role> as,
                                             std::optional<std::string> hash) {
  auto changed = book_;
  const auto at = changed.users.find(name);
  if (at == changed.users.end()) return no_user(name);
  const bool another_role = as && *as != at->second.role;
  if (another_role) at->second.role = *as;
  if (hash)
    at->second.password_hash = *std::move(hash);
  else if (!another_role)
    return std::nullopt;
  if (changed.admins() == 0) return last_admin();
  const std::string whose{name};  // the caller's may be the book's own
  if (auto failed = keep(std::move(changed))) return failed;
  changed_(whose);
  return std::nullopt;
}

std::optional<refusal> accounts::remove_user(std::string_view name) {
  auto changed = book_;
  const auto at = changed.users.find(name);
  if (at == changed.users.end()) return no_user(name);
  changed.users.erase(at);
  if (changed.admins() == 0) return last_admin();
  const std::string gone{name};  // the caller's may be the book's own
  if (auto failed = keep(std::move(changed))) return failed;
  changed_(gone);
  return std::nullopt;
}

void accounts::logged_in(std::string_view name) {
  const auto at = book_.users.find(name);
  if (at == book_.users.end()) return;
  at->second.last_login = around_.now();
  used();
}

std::variant<std::string, refusal> accounts::add_key(std::string_view name, role as, std::optional<std::int64_t> days) {
  if (auto objection = objection_to(name)) return *std::move(objection);
  if (days && (*days < 1 || *days > key_days_max))
    return refusal{400, fmt::format("A key is valid for 1 to {} days.", key_days_max)};
  if (book_.keys.size() >= api_keys_max) return refusal{409, fmt::format("There are {} keys already.", api_keys_max)};
  const auto secret = new_secret(around_);
  if (!secret) return refusal{503, "The system gave no random bytes."};
  auto text = std::string{key_prefix} + *secret;
  const auto now = around_.now();
  api_key key{as, digest(text), now};
  if (days) key.expires = now + *days * milliseconds_a_day;
  auto changed = book_;
  changed.keys.emplace(name, key);
  if (auto failed = keep(std::move(changed))) return *std::move(failed);
  key_of_digest_.emplace(key.digest, name);
  return text;
}

std::optional<refusal> accounts::remove_key(std::string_view name) {
  auto changed = book_;
  const auto at = changed.keys.find(name);
  if (at == changed.keys.end()) return refusal{404, fmt::format("There is no API key {}.", name)};
  const auto gone = at->second.digest;
  changed.keys.erase(at);
  if (auto failed = keep(std::move(changed))) return failed;
  key_of_digest_.erase(gone);
  return std::nullopt;
}

std::optional<accounts::named_role> accounts::use_key(std::string_view text) {
  if (!text.starts_with(key_prefix) || text.size() != key_prefix.size() + secret_characters) return std::nullopt;
  // Looked up by its digest: how long that takes tells nothing of the key.
  const auto found = key_of_digest_.find(digest(text));
  if (found == key_of_digest_.end()) return std::nullopt;
  auto& key = book_.keys.at(found->second);
  const auto now = around_.now();
  if (key.expires && now >= *key.expires) return std::nullopt;
  key.last_used = now;
  used();
  return named_role{found->second, key.role};
}

std::optional<refusal> accounts::keep(account_book changed) {
  if (auto failed = replace_private(path_, to_json(changed))) {
    log::error("admin", "users and keys are not changed: {}", *failed);
    return refusal{500, "The change could not be written to disk; the log says why."};
  }
  book_ = std::move(changed);
  unwritten_uses_ = false;
  written_ = around_.steady();
  return std::nullopt;
}

void accounts::used() {
  unwritten_uses_ = true;
  if (around_.steady() - written_ >= uses_written_every) write_uses();
}

void accounts::write_uses() {
  written_ = around_.steady();  // also when it fails: the next attempt comes in a minute
  if (auto failed = replace_private(path_, to_json(book_))) {
    log::warning("admin", "when users and keys were last used is not kept: {}", *failed);
    return;
  }
  unwritten_uses_ = false;
}

std::variant<std::optional<std::string>, std::string> ensure_admin(accounts& known, std::string_view initial_password,
                                                                   const surroundings& around) {
  if (!known.book().users.empty()) return std::optional<std::string>{};
  std::optional<std::string> generated;
  if (initial_password.empty()) {
    generated = new_password(around);
    if (!generated) return std::string{"The system gave no random bytes for the admin's password."};
  } else if (auto wrong = wrong_password(initial_password); !wrong.empty()) {
    return "The admin's initial password cannot be used. " + wrong;
  }
  auto hash = auth::hash_password(generated ? *generated : initial_password);
  if (!hash) return std::string{"The admin's password could not be hashed: no memory or no random bytes."};
  if (auto failed = known.add_user("admin", role::admin, *std::move(hash))) return failed->sentence;
  return generated;
}

}  // namespace troupe::admin
