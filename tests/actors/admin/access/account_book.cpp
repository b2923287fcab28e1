#define CAF_SUITE admin_account_book
#include "actors/admin/access/account_book.hpp"

#include <caf/test/unit_test.hpp>

#include "tests/config/check.hpp"

using namespace troupe::admin;

namespace {

constexpr auto hash = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$"
                      "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY";

account_book example() {
  account_book book;
  book.users["admin"] = {role::admin, hash, 1'234};
  book.users["Zoë"] = {role::viewer, hash, {}};
  book.keys["prometheus"] = {role::viewer, std::string(64, 'a'), 5, 6, 7};
  book.keys["for ever"] = {role::operates, std::string(64, 'b'), 5, {}, {}};
  return book;
}

/// The example with some text of its file replaced.
std::string error_with(std::string_view text, std::string_view other) {
  auto file = to_json(example());
  const auto at = file.find(text);
  CAF_REQUIRE(at != std::string::npos);
  const auto read = from_json(file.replace(at, text.size(), other));
  const auto* wrong = std::get_if<std::string>(&read);
  return wrong ? *wrong : "";
}

}  // namespace

CAF_TEST(a_book_is_read_back_as_it_was_written) {
  const auto read = std::get<account_book>(from_json(to_json(example())));
  CAF_CHECK_EQUAL(to_json(read), to_json(example()));
  CAF_CHECK_EQUAL(read.users.at("admin").last_login.value(), 1'234);
  CAF_CHECK(!read.users.at("Zoë").last_login);
  CAF_CHECK(read.keys.at("for ever").role == role::operates);
  CAF_CHECK_EQUAL(read.keys.at("prometheus").expires.value(), 6);
  CAF_CHECK_EQUAL(read.admins(), 1u);
}

CAF_TEST(a_file_that_is_cut_anywhere_is_damaged) {
  const auto file = to_json(example());
  for (std::size_t size = 0; size + 1 < file.size(); ++size)
    CHECK_FOR(size, std::holds_alternative<std::string>(from_json(file.substr(0, size))));
}

CAF_TEST(what_is_wrong_with_a_file_is_said) {
  struct row {
    const char *text, *other, *error;
  };
  const row rows[] = {
    {"\"version\":1", "\"version\":2", "another version"},
    {"\"version\":1", "\"version\":\"1\"", "another kind"},
    {"\"users\"", "\"people\"", "missing"},
    {"\"api_keys\"", "\"x\"", "missing"},
    {"\"hash\"", "\"hush\"", "missing"},
    {"\"role\":\"admin\"", "\"role\":\"viewer\"", "none of its users is an admin"},
    {"\"role\":\"viewer\"", "\"role\":\"god\"", "a role"},
    {"\"role\":\"viewer\"", "\"role\":\"nobody\"", "a role"},
    {"\"name\":\"admin\"", "\"name\":\"\"", "a name that is not allowed"},
    {"\"name\":\"admin\"", "\"name\":\"local\"", "a name that is not allowed"},
    {"\"name\":\"admin\"", "\"name\":\"Zoë\"", "a name twice"},
    {"\"name\":\"for ever\"", "\"name\":\"admin\"", "a name twice"},
    {"$argon2id$", "$argon2d$", "hash of the user"},
    {"m=19456", "m=99999999", "hash of the user"},
    {"aaaa", "AAAA", "digest of the API key prometheus"},
    {"aaaa", "aaa", "digest of the API key prometheus"},
    {"1234", "\"yesterday\"", "another kind"},
    {"Zoë", "Zo\xff", "no JSON"},
  };
  for (const auto& [text, other, error] : rows) {
    const auto said = error_with(text, other);
    CHECK_FOR(other << ": " << said, said.find(error) != std::string::npos);
  }
  CAF_CHECK(std::holds_alternative<std::string>(from_json("[]")));
  CAF_CHECK(std::holds_alternative<std::string>(from_json(std::string(10'000, '['))));
}

CAF_TEST(more_accounts_than_there_may_be_are_refused) {
  auto book = example();
  while (book.users.size() < users_max) book.users[std::to_string(book.users.size())] = {role::viewer, hash, {}};
  CAF_CHECK(std::holds_alternative<account_book>(from_json(to_json(book))));
  book.users["one more"] = {role::viewer, hash, {}};
  CAF_CHECK(std::holds_alternative<std::string>(from_json(to_json(book))));
}

CAF_TEST(names_are_printable_and_of_limited_length) {
  std::string long_name;
  for (int i = 0; i < 64; ++i) long_name += "ß";
  for (const char* good : {"a", "Zoë Miller", "a/b", "日本", "💡", "locals", long_name.c_str()})
    CHECK_FOR(good, wrong_name(good).empty());
  using namespace std::string_literals;
  for (const std::string& bad : {""s, " a"s, "a "s, "a\nb"s, "a\0b"s, "\x7f"s, "a\xff"s, "\xc2\x85"s, "local"s,
                                 "a\u202Eb"s, "a\u200Bb"s, "\uFEFFa"s, "a\u00ADb"s, long_name + "x"})
    CHECK_FOR(bad, !wrong_name(bad).empty());
}

CAF_TEST(passwords_have_8_to_1024_bytes) {
  for (auto [size, good] : {std::pair{7u, false}, {8u, true}, {1'024u, true}, {1'025u, false}})
    CHECK_FOR(size, wrong_password(std::string(size, 'x')).empty() == good);
}

CAF_TEST(roles_are_written_as_the_api_does) {
  for (auto text : {"viewer", "operator", "admin"}) CAF_CHECK_EQUAL(text_of(*role_of(text)), text);
  for (auto text : {"", "nobody", "operates", "Admin"}) CHECK_FOR(text, !role_of(text));
}
