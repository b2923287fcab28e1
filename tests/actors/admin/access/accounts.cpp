#define CAF_SUITE admin_accounts
#include "actors/admin/access/accounts.hpp"

#include <sys/stat.h>

#include <caf/test/unit_test.hpp>

#include "actors/auth/password_hash.hpp"
#include "tests/actors/admin/access/fake_surroundings.hpp"
#include "tests/config/temporary_file.hpp"

using namespace troupe::admin;
using namespace std::chrono_literals;

namespace {

constexpr auto hash = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$"
                      "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY";

/// Accounts in a folder of their own, with one admin.
struct desk {
  troupe::test::temporary_directory folder;
  troupe::test::fake_surroundings fake;
  std::string path = folder.file("admin.json");
  std::unique_ptr<accounts> known = opened();
  std::vector<std::string> changed;

  desk() {
    known->add_user("admin", role::admin, hash);
    watch();
  }
  std::unique_ptr<accounts> opened() { return std::get<0>(accounts::open(path, fake.around())); }
  void watch() {
    known->when_changed([this](std::string_view user) { changed.emplace_back(user); });
  }
  void restart() {
    known.reset();
    known = opened();
    watch();
  }
  std::optional<std::int64_t> use_on_disk() const { return on_disk().keys.at("key").last_used; }
  std::optional<std::int64_t> log_in_on_disk() const { return on_disk().users.at("admin").last_login; }
  /// As after a crash: nothing is written at the end.
  account_book on_disk() const { return std::get<account_book>(from_json(troupe::test::read_whole(path))); }
  void break_disk() { mkdir((path + ".new").c_str(), 0700); }
  std::string add_key(std::string_view name, std::optional<std::int64_t> days = {}) {
    return std::get<std::string>(known->add_key(name, role::viewer, days));
  }
};

unsigned status(const std::optional<refusal>& refused) { return refused ? refused->status : 0; }
unsigned status(const std::variant<std::string, refusal>& added) {
  const auto* refused = std::get_if<refusal>(&added);
  return refused ? refused->status : 0;
}

}  // namespace

CAF_TEST(users_outlive_a_restart_and_the_file_is_private) {
  desk a;
  CAF_CHECK_EQUAL(status(a.known->add_user("ann", role::operates, hash)), 0u);
  a.restart();
  CAF_REQUIRE(a.known->find_user("ann"));
  CAF_CHECK(a.known->find_user("ann")->role == role::operates);
  struct stat about {};
  stat(a.path.c_str(), &about);
  CAF_CHECK_EQUAL(about.st_mode & 07777U, 0600u);
}

CAF_TEST(a_damaged_file_is_an_error_and_stays_as_it_is) {
  desk a;
  a.known.reset();
  for (const char* text : {"", "{", "{}", "[]\n", "null"}) {
    a.folder.write("admin.json", text);
    const auto opened = accounts::open(a.path, a.fake.around());
    CAF_REQUIRE(std::holds_alternative<std::string>(opened));
    CAF_CHECK(std::get<std::string>(opened).find(a.path) == 0);
    CAF_CHECK_EQUAL(troupe::test::read_whole(a.path), text);
  }
}

CAF_TEST(a_name_is_that_of_one_user_or_one_key) {
  desk a;
  CAF_CHECK_EQUAL(status(a.known->add_user("admin", role::viewer, hash)), 409u);
  CAF_CHECK_EQUAL(status(a.known->add_key("admin", role::viewer, {})), 409u);
  a.add_key("key");
  CAF_CHECK_EQUAL(status(a.known->add_user("key", role::viewer, hash)), 409u);
  CAF_CHECK_EQUAL(status(a.known->add_user("local", role::viewer, hash)), 400u);
  CAF_CHECK_EQUAL(status(a.known->add_user("a\nb", role::viewer, hash)), 400u);
}

CAF_TEST(the_last_admin_stays) {
  desk a;
  a.known->add_user("ann", role::operates, hash);
  CAF_CHECK_EQUAL(status(a.known->remove_user("admin")), 409u);
  CAF_CHECK_EQUAL(status(a.known->change_user("admin", role::operates, {})), 409u);
  CAF_CHECK_EQUAL(status(a.known->change_user("admin", role::viewer, hash)), 409u);
  CAF_CHECK_EQUAL(status(a.known->change_user("admin", role::admin, hash)), 0u);
  CAF_CHECK_EQUAL(a.on_disk().admins(), 1u);

  CAF_CHECK_EQUAL(status(a.known->change_user("ann", role::admin, {})), 0u);
  CAF_CHECK_EQUAL(status(a.known->remove_user("admin")), 0u);
  CAF_CHECK_EQUAL(status(a.known->remove_user("ann")), 409u);
}

CAF_TEST(who_has_another_password_or_role_or_is_gone_is_told_of) {
  desk a;
  a.known->add_user("ann", role::viewer, hash);
  CAF_CHECK(a.changed.empty());
  a.known->change_user("ann", role::viewer, {});  // as it was
  CAF_CHECK(a.changed.empty());
  a.known->change_user("ann", role::operates, {});
  a.known->change_user("ann", {}, hash);
  a.known->remove_user("ann");
  CAF_CHECK_EQUAL(a.changed, (std::vector<std::string>{"ann", "ann", "ann"}));
  CAF_CHECK_EQUAL(status(a.known->change_user("ann", role::viewer, {})), 404u);
  CAF_CHECK_EQUAL(status(a.known->remove_user("ann")), 404u);
  a.known->remove_user("admin");  // refused
  CAF_CHECK_EQUAL(a.changed.size(), 3u);
}

CAF_TEST(a_change_that_cannot_be_written_is_none) {
  desk a;
  const auto key = a.add_key("old");
  a.break_disk();
  CAF_CHECK_EQUAL(status(a.known->add_user("ann", role::viewer, hash)), 500u);
  CAF_CHECK(!a.known->find_user("ann"));
  CAF_CHECK_EQUAL(status(a.known->add_key("key", role::viewer, {})), 500u);
  CAF_CHECK_EQUAL(status(a.known->remove_key("old")), 500u);
  CAF_CHECK(a.known->use_key(key));
}

CAF_TEST(a_key_opens_until_it_expires_or_is_removed) {
  desk a;
  const auto for_ever = a.add_key("for ever"), for_a_day = a.add_key("for a day", 1);
  CAF_CHECK_EQUAL(for_ever.size(), 50u);
  CAF_CHECK(for_ever.starts_with("troupe_"));
  CAF_CHECK(troupe::test::read_whole(a.path).find(for_ever) == std::string::npos);
  a.restart();
  a.fake.pass(24h - 1ms);
  CAF_CHECK(a.known->use_key(for_a_day).value().name == "for a day");
  a.fake.pass(1ms);
  CAF_CHECK(!a.known->use_key(for_a_day));
  a.fake.pass(24h * 10'000);
  CAF_CHECK(a.known->use_key(for_ever)->role == role::viewer);
  CAF_CHECK_EQUAL(status(a.known->remove_key("for ever")), 0u);
  CAF_CHECK(!a.known->use_key(for_ever));
  CAF_CHECK_EQUAL(status(a.known->remove_key("for ever")), 404u);
}

CAF_TEST(what_is_no_key_opens_nothing) {
  desk a;
  const auto key = a.add_key("key");
  CAF_CHECK(a.known->use_key(key));
  const auto stored = a.on_disk().keys.at("key").digest;
  for (const auto& wrong : {std::string{}, std::string{"troupe_"}, key.substr(7), key + "A", key.substr(0, 49),
                            "Troupe_" + key.substr(7), "troupe_" + std::string(43, 'A'), stored, "troupe_" + stored})
    CAF_CHECK(!a.known->use_key(wrong));
}

CAF_TEST(a_key_is_valid_for_1_to_3650_days) {
  desk a;
  for (std::int64_t days : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{3'651}, std::int64_t{1} << 62})
    CAF_CHECK_EQUAL(status(a.known->add_key("key", role::viewer, days)), 400u);
  a.add_key("key", 3'650);
  CAF_CHECK_EQUAL(*a.known->book().keys.at("key").expires - a.known->book().keys.at("key").created,
                  std::int64_t{3'650} * 24 * 3'600 * 1'000);
}

CAF_TEST(without_random_bytes_there_is_no_key) {
  desk a;
  a.fake.random_works(false);
  CAF_CHECK_EQUAL(status(a.known->add_key("key", role::viewer, {})), 503u);
  CAF_CHECK(a.known->book().keys.empty());
}

CAF_TEST(there_are_a_thousand_users_and_keys_at_the_most) {
  desk a;
  auto book = a.on_disk();
  a.known.reset();
  while (book.users.size() < users_max) book.users["u" + std::to_string(book.users.size())] = {role::viewer, hash, {}};
  while (book.keys.size() < api_keys_max)
    book.keys["k" + std::to_string(book.keys.size())] = {role::viewer, std::string(64, 'a'), 1, {}, {}};
  a.folder.write("admin.json", to_json(book));
  a.restart();
  CAF_CHECK_EQUAL(status(a.known->add_user("one more", role::viewer, hash)), 409u);
  CAF_CHECK_EQUAL(status(a.known->add_key("one more", role::viewer, {})), 409u);
  CAF_CHECK_EQUAL(status(a.known->remove_user("u5")), 0u);
  CAF_CHECK_EQUAL(status(a.known->add_user("one more", role::viewer, hash)), 0u);
}

CAF_TEST(times_of_use_are_written_once_a_minute_and_at_the_end) {
  desk a;
  const auto key = a.add_key("key");
  a.fake.pass(59s);
  a.known->use_key(key);
  a.known->logged_in("admin");
  CAF_CHECK(!a.use_on_disk());
  a.fake.pass(1s);
  a.known->use_key(key);
  const auto written = a.use_on_disk();
  CAF_CHECK_EQUAL(*written, a.fake.around().now());
  CAF_CHECK(a.log_in_on_disk() == *written - 1'000);
  a.fake.pass(1s);
  a.known->use_key(key);
  CAF_CHECK(a.use_on_disk() == *written);
  a.known.reset();
  CAF_CHECK(a.use_on_disk() == *written + 1'000);
}

CAF_TEST(the_first_start_makes_an_admin_with_the_given_or_a_generated_password) {
  troupe::test::temporary_directory folder;
  troupe::test::fake_surroundings fake;
  auto known = std::get<0>(accounts::open(folder.file("a.json"), fake.around()));
  const auto generated = std::get<0>(ensure_admin(*known, "", fake.around()));
  CAF_REQUIRE(generated);
  CAF_CHECK_EQUAL(generated->size(), 20u);
  const auto opens = [](const accounts& in, std::string_view password) {
    const auto parsed = troupe::auth::password_hash::parse(in.find_user("admin")->password_hash);
    return std::get<troupe::auth::password_hash>(parsed).matches(password);
  };
  CAF_CHECK(opens(*known, *generated));
  CAF_CHECK(known->find_user("admin")->role == role::admin);
  CAF_CHECK(!std::get<0>(ensure_admin(*known, "", fake.around())));
  CAF_CHECK(!std::get<0>(ensure_admin(*known, "another one", fake.around())));
  CAF_CHECK(opens(*known, *generated));

  auto provisioned = std::get<0>(accounts::open(folder.file("b.json"), fake.around()));
  CAF_CHECK(std::holds_alternative<std::string>(ensure_admin(*provisioned, "short", fake.around())));
  CAF_CHECK(provisioned->book().users.empty());
  CAF_CHECK(!std::get<0>(ensure_admin(*provisioned, "long enough", fake.around())));
  CAF_CHECK(opens(*provisioned, "long enough"));
}
