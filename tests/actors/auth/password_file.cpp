#define CAF_SUITE auth_password_file
#include "actors/auth/password_file.hpp"

#include <chrono>

#include <caf/test/unit_test.hpp>

#include "tests/config/temporary_file.hpp"

using namespace troupe::auth;
using namespace troupe::test;

namespace {

// Of "password", cheap on purpose.
constexpr auto hash =
  "$pbkdf2-sha512$1000$"
  "c2FsdHNhbHRzYWx0c2FsdA==$715rqIr5dXOVPpBhqqsugl037zT5bWJTWYmZtIcK8hBnisKpwfY7kokvwjDrNHqHhF50Pb7MD6HvkJwiDQw4ww==";

std::string errors_of(std::string_view text) {
  auto read = password_file::parse(text, "users");
  std::string all;
  if (auto* wrong = std::get_if<password_file::errors>(&read))
    for (const auto& line : *wrong) all += (all.empty() ? "" : "\n") + line;
  return all;
}

}  // namespace

CAF_TEST(users_are_verified_by_their_own_password) {
  const auto text = "# who\r\n\nanna:" + std::string{hash} + "\r\n  \nb\xc3\xa9la x:" + hash;
  const auto read = password_file::parse(text, "users");
  CAF_REQUIRE(std::holds_alternative<password_file>(read));
  const auto& file = std::get<password_file>(read);
  CAF_CHECK_EQUAL(file.size(), 2u);
  CAF_CHECK(file.verify("anna", "password"));
  CAF_CHECK(file.verify("b\xc3\xa9la x", "password"));
  CAF_CHECK(!file.verify("anna", "passwords"));
  CAF_CHECK(!file.verify("anna", ""));
  CAF_CHECK(!file.verify("Anna", "password"));
  CAF_CHECK(!file.verify("", "password"));
  CAF_CHECK(file.knows("anna"));
  CAF_CHECK(!file.knows("otto"));
}

CAF_TEST(a_moved_file_still_has_its_decoys) {
  auto read = password_file::parse("anna:" + std::string{hash}, "users");
  password_file first = std::get<password_file>(std::move(read));
  const password_file second = std::move(first);
  CAF_CHECK(!second.verify("otto", "password"));
  CAF_CHECK(second.verify("anna", "password"));
}

CAF_TEST(an_empty_file_lets_nobody_in) {
  const auto read = password_file::parse("", "users");
  CAF_CHECK(!std::get<password_file>(read).verify("anna", "password"));
}

CAF_TEST(errors_name_the_line_and_never_the_hash) {
  const std::string good{hash};
  CAF_CHECK_EQUAL(errors_of("anna:" + good + "\nnonsense\n#x\notto:plain\nanna:" + good + "\n:" + good + "\n"),
                  "users:2: is not user:hash\n"
                  "users:4: the hash of otto is neither $argon2id$v=19$... nor $pbkdf2-sha512$...: write it with "
                  "troupe passwd\n"
                  "users:5: anna is there twice\n"
                  "users:6: a user needs a name");
  CAF_CHECK_EQUAL(errors_of("anna:$argon2id$v=19$m=4000000,t=1,p=1$c2FsdHNhbHRz$AAAA"),
                  "users:1: the hash of anna has costs above m=262144,t=16,p=8");
}

CAF_TEST(names_of_users_leave_the_file_readable) {
  for (auto good : {"anna", "a@b.org", "with blank", "gr\xc3\xbc\xc3\x9f"}) CAF_CHECK_EQUAL(why_no_user(good), "");
  for (auto bad : {"", "a:b", "#a", " a", "a ", "a\nb", "a\x7f"}) CAF_CHECK_NOT_EQUAL(why_no_user(bad), "");
}

CAF_TEST(a_file_that_cannot_be_read_is_named) {
  temporary_directory directory;
  const auto path = directory.file("absent");
  auto read = password_file::load(path);
  CAF_REQUIRE(std::holds_alternative<password_file::errors>(read));
  CAF_CHECK_EQUAL(std::get<password_file::errors>(read),
                  password_file::errors{path + ": cannot be read: No such file or directory"});
  read = password_file::load(directory.write("users", "anna:" + std::string{hash}));
  CAF_CHECK(std::holds_alternative<password_file>(read));
}
