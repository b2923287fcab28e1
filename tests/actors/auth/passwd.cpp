#define CAF_SUITE auth_passwd
#include "actors/auth/passwd.hpp"

#include <filesystem>

#include <caf/test/unit_test.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/auth/password_file.hpp"
#include "tests/config/captured.hpp"

using namespace troupe::auth;
using namespace troupe::test;
namespace exit_code = troupe::config::exit_code;

namespace {

struct fixture {
  temporary_directory directory;
  std::string path = directory.file("users");
  std::string err;

  /// The command with `input` on standard input, which is no terminal.
  int run(const std::string& user, const std::string& input, bool remove = false) {
    const auto input_path = directory.write("input", input);
    const int before = dup(STDIN_FILENO), file = open(input_path.c_str(), O_RDONLY);
    dup2(file, STDIN_FILENO);
    const captured errors{STDERR_FILENO};
    const int code = passwd({path, user, remove});
    err = errors.text();
    dup2(before, STDIN_FILENO);
    close(before);
    close(file);
    return code;
  }

  bool verifies(std::string_view user, std::string_view password) {
    const auto read = password_file::load(path);
    return std::holds_alternative<password_file>(read) && std::get<password_file>(read).verify(user, password);
  }

  mode_t mode() {
    struct stat now {};
    return stat(path.c_str(), &now) == 0 ? now.st_mode & 07777 : 0;
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(passwd_tests, fixture)

CAF_TEST(a_line_is_replaced_in_its_place_or_appended) {
  CAF_CHECK_EQUAL(with_user("", "a", "1"), "a:1\n");
  CAF_CHECK_EQUAL(with_user("#c\na:1\nb:2\n", "a", "3"), "#c\na:3\nb:2\n");
  CAF_CHECK_EQUAL(with_user("a:1\nb:2", "c", "3"), "a:1\nb:2\nc:3\n");
  CAF_CHECK_EQUAL(with_user("ab:1\n", "a", "2"), "ab:1\na:2\n");
  CAF_CHECK_EQUAL(with_user("a:1\na:2\n", "a", "3"), "a:3\n");
}

CAF_TEST(a_line_is_removed_and_nothing_else) {
  CAF_CHECK_EQUAL(without_user("#c\na:1\nb:2\n", "a").value_or("?"), "#c\nb:2\n");
  CAF_CHECK(!without_user("ab:1\n", "a").has_value());
}

CAF_TEST(a_user_is_added_changed_and_deleted) {
  CAF_CHECK_EQUAL(run("anna", "first\n"), exit_code::done);
  CAF_CHECK_EQUAL(err, "");
  CAF_CHECK_EQUAL(mode(), 0600u);
  CAF_CHECK(verifies("anna", "first"));
  CAF_CHECK_EQUAL(run("otto", "other"), exit_code::done);
  CAF_CHECK_EQUAL(run("anna", "second\r\nignored\n"), exit_code::done);
  CAF_CHECK(verifies("anna", "second"));
  CAF_CHECK(!verifies("anna", "first"));
  CAF_CHECK(verifies("otto", "other"));
  CAF_CHECK_EQUAL(run("anna", "", true), exit_code::done);
  CAF_CHECK(!verifies("anna", "second"));
  CAF_CHECK(verifies("otto", "other"));
}

CAF_TEST(what_cannot_be_done_is_told_and_changes_nothing) {
  directory.write("users", "# nobody\n");
  CAF_CHECK_EQUAL(run("anna", ""), exit_code::not_understood);
  CAF_CHECK_EQUAL(err, "troupe: no password was given\n");
  CAF_CHECK_EQUAL(run("anna", std::string(65'536, 'x')), exit_code::not_understood);
  CAF_CHECK_EQUAL(run("a:b", "x"), exit_code::not_understood);
  CAF_CHECK_EQUAL(run("anna", "", true), exit_code::not_understood);
  CAF_CHECK_EQUAL(err, "troupe: anna is not in " + path + "\n");
  CAF_CHECK_EQUAL(read_whole(path), "# nobody\n");
}

CAF_TEST(a_folder_that_is_not_there_is_a_failure) {
  path = directory.file("absent/users");
  CAF_CHECK_EQUAL(run("anna", "x"), exit_code::failed);
  CAF_CHECK_EQUAL(err, "troupe: " + path + ": cannot be written: No such file or directory\n");
}

CAF_TEST(a_link_stays_a_link_and_no_other_file_is_left) {
  const auto real = directory.write("real", "");
  std::filesystem::create_symlink(real, path);
  CAF_CHECK_EQUAL(run("anna", "x"), exit_code::done);
  CAF_CHECK(std::filesystem::is_symlink(path));
  CAF_CHECK_NOT_EQUAL(read_whole(real), "");
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator{directory.file("")}) ++files;
  CAF_CHECK_EQUAL(files, 3u);  // real, the link, and the test's own input
}

CAF_TEST_FIXTURE_SCOPE_END()
