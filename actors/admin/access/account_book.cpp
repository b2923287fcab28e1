#include "actors/admin/access/account_book.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "actors/auth/password_hash.hpp"
#include "routing/utf8.hpp"

namespace troupe::admin {

namespace json = boost::json;

namespace {

constexpr std::int64_t file_version = 1;
constexpr std::array<std::pair<role, std::string_view>, 3> role_texts{
  {{role::viewer, "viewer"}, {role::operates, "operator"}, {role::admin, "admin"}}};

/// The next code point of well-formed UTF-8, cut off.
char32_t take_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  char32_t code = size == 1 ? first : first & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  text.remove_prefix(size);
  return code;
}

/// Not the controls, and nothing that is invisible or turns the direction of writing: two names that look the same
/// would be two users.
bool printable(char32_t code) {
  constexpr std::pair<char32_t, char32_t> hidden[] = {
    {0x00, 0x1F},     {0x7F, 0xA0},     {0xAD, 0xAD},     {0x200B, 0x200F}, {0x2028, 0x202E},
    {0x2060, 0x206F}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xFFF0, 0xFFFF}, {0xE0000, 0x10FFFF}};
  return std::none_of(std::begin(hidden), std::end(hidden),
                      [&](const auto& range) { return range.first <= code && code <= range.second; });
}

json::value time_or_null(const std::optional<std::int64_t>& at) { return at ? json::value(*at) : json::value(nullptr); }

std::optional<std::int64_t> optional_time(const json::object& from, std::string_view field) {
  const auto& value = from.at(field);
  if (value.is_null()) return std::nullopt;
  return value.as_int64();
}

role read_role(const json::object& from) {
  const auto known = role_of(from.at("role").as_string());
  if (!known) throw std::runtime_error{"it names a role that there is not"};
  return *known;
}

/// A name that is nobody's yet.
std::string read_name(const json::object& from, const account_book& book) {
  std::string name{from.at("name").as_string()};
  if (!wrong_name(name).empty()) throw std::runtime_error{"it holds a name that is not allowed"};
  if (book.has(name)) throw std::runtime_error{"it holds a name twice"};
  return name;
}

void read_user(const json::object& from, account_book& book) {
  auto name = read_name(from, book);
  user found{read_role(from), std::string{from.at("hash").as_string()}, optional_time(from, "last_login")};
  if (!found.password_hash.starts_with("$argon2id$") ||
      std::holds_alternative<std::string>(auth::password_hash::parse(found.password_hash)))
    throw std::runtime_error{fmt::format("the hash of the user {} cannot be read", name)};
  book.users.emplace(std::move(name), std::move(found));
}

void read_key(const json::object& from, account_book& book) {
  auto name = read_name(from, book);
  api_key found{read_role(from), std::string{from.at("sha256").as_string()}, from.at("created").as_int64(),
                optional_time(from, "expires"), optional_time(from, "last_used")};
  if (found.digest.size() != 64 || found.digest.find_first_not_of("0123456789abcdef") != std::string::npos)
    throw std::runtime_error{fmt::format("the digest of the API key {} cannot be read", name)};
  book.keys.emplace(std::move(name), std::move(found));
}

account_book read_book(const json::object& from) {
  if (from.at("version").as_int64() != file_version) throw std::runtime_error{"it is of another version of Troupe"};
  account_book book;
  const auto &users = from.at("users").as_array(), &keys = from.at("api_keys").as_array();
  if (users.size() > users_max || keys.size() > api_keys_max) throw std::runtime_error{"it holds too many accounts"};
  for (const auto& entry : users) read_user(entry.as_object(), book);
  for (const auto& entry : keys) read_key(entry.as_object(), book);
  if (!book.users.empty() && book.admins() == 0) throw std::runtime_error{"none of its users is an admin"};
  return book;
}

}  // namespace

std::string_view text_of(role which) noexcept {
  for (const auto& [known, text] : role_texts)
    if (known == which) return text;
  return "nobody";
}

std::optional<role> role_of(std::string_view text) noexcept {
  for (const auto& [known, name] : role_texts)
    if (name == text) return known;
  return std::nullopt;
}

std::size_t account_book::admins() const {
  return static_cast<std::size_t>(
    std::count_if(users.begin(), users.end(), [](const auto& entry) { return entry.second.role == role::admin; }));
}

std::string wrong_name(std::string_view name) {
  if (name == "local") return "The name local means whoever owns the unix socket.";
  if (!valid_utf8(name)) return "A name has to be UTF-8.";
  if (name.starts_with(' ') || name.ends_with(' ')) return "A name neither begins nor ends with a space.";
  std::size_t characters = 0;
  for (auto rest = name; !rest.empty(); ++characters)
    if (!printable(take_character(rest))) return "A name consists of printable characters.";
  if (characters < 1 || characters > name_characters_max)
    return fmt::format("A name has 1 to {} characters.", name_characters_max);
  return {};
}

std::string wrong_password(std::string_view password) {
  if (password.size() >= password_bytes_min && password.size() <= password_bytes_max) return {};
  return fmt::format("A password has {} to {} bytes.", password_bytes_min, password_bytes_max);
}

std::string to_json(const account_book& book) {
  json::array users, keys;
  for (const auto& [name, entry] : book.users)
    users.push_back({{"name", name},
                     {"role", text_of(entry.role)},
                     {"hash", entry.password_hash},
                     {"last_login", time_or_null(entry.last_login)}});
  for (const auto& [name, entry] : book.keys)
    keys.push_back({{"name", name},
                    {"role", text_of(entry.role)},
                    {"sha256", entry.digest},
                    {"created", entry.created},
                    {"expires", time_or_null(entry.expires)},
                    {"last_used", time_or_null(entry.last_used)}});
  const json::object file{{"version", file_version}, {"users", std::move(users)}, {"api_keys", std::move(keys)}};
  return json::serialize(file) + "\n";
}

std::variant<account_book, std::string> from_json(std::string_view text) {
  boost::system::error_code failed;
  const auto parsed = json::parse(text, failed);
  if (failed) return "is damaged: it is no JSON";
  try {
    return read_book(parsed.as_object());
  } catch (const std::out_of_range&) {  // of at()
    return "is damaged: a field is missing";
  } catch (const std::invalid_argument&) {  // of as_...()
    return "is damaged: a field is of another kind";
  } catch (const std::runtime_error& wrong) {
    return fmt::format("cannot be used: {}", wrong.what());
  }
}

}  // namespace troupe::admin
