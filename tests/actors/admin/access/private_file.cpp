#define CAF_SUITE admin_private_file
#include "actors/admin/access/private_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <caf/test/unit_test.hpp>

#include "tests/config/temporary_file.hpp"

using namespace troupe::admin;

namespace {

mode_t mode_of(const std::string& path) {
  struct stat about {};
  stat(path.c_str(), &about);
  return about.st_mode & 07777U;
}

std::string error_of(const std::string& path) {
  const auto read = read_private(path, 100);
  const auto* wrong = std::get_if<std::string>(&read);
  return wrong ? *wrong : "";
}

bool says(const std::string& error, std::string_view part) { return error.find(part) != std::string::npos; }

}  // namespace

CAF_TEST(what_is_written_is_read_back_and_private) {
  const troupe::test::temporary_directory folder;
  const auto path = folder.file("a");
  CAF_CHECK(!std::get<0>(read_private(path, 100)));
  umask(0);
  CAF_CHECK(!replace_private(path, "one"));
  CAF_CHECK(!replace_private(path, "two"));
  umask(022);
  CAF_CHECK_EQUAL(mode_of(path), 0600u);
  CAF_CHECK(std::get<0>(read_private(path, 100)) == "two");
  CAF_CHECK_EQUAL(access(folder.file("a.new").c_str(), F_OK), -1);
}

CAF_TEST(a_file_that_others_may_write_is_refused_and_one_they_may_read_is_made_private) {
  const troupe::test::temporary_directory folder;
  const auto path = folder.write("a", "x");
  for (mode_t mode : {0620u, 0602u, 0666u}) {
    chmod(path.c_str(), mode);
    CAF_CHECK(says(error_of(path), "written by others"));
  }
  chmod(path.c_str(), 0644);
  CAF_CHECK_EQUAL(error_of(path), "");
  CAF_CHECK_EQUAL(mode_of(path), 0600u);
}

CAF_TEST(a_file_of_another_user_is_refused) {
  if (geteuid() != 0) return;  // only root can give files away
  const troupe::test::temporary_directory folder;
  const auto path = folder.write("a", "x");
  chmod(path.c_str(), 0600);
  CAF_REQUIRE_EQUAL(chown(path.c_str(), 12'345, 12'345), 0);
  CAF_CHECK(says(error_of(path), "another user"));
}

CAF_TEST(what_is_no_regular_file_is_refused_without_waiting) {
  const troupe::test::temporary_directory folder;
  mkfifo(folder.file("pipe").c_str(), 0600);
  CAF_CHECK(says(error_of(folder.file("pipe")), "no regular file"));
  mkdir(folder.file("folder").c_str(), 0700);
  CAF_CHECK(says(error_of(folder.file("folder")), "no regular file"));
  const auto target = folder.write("target", "x");
  CAF_REQUIRE_EQUAL(symlink(target.c_str(), folder.file("link").c_str()), 0);
  CAF_CHECK(says(error_of(folder.file("link")), "cannot be read"));
}

CAF_TEST(a_file_that_is_too_long_is_refused) {
  const troupe::test::temporary_directory folder;
  CAF_CHECK_EQUAL(error_of(folder.write("fits", std::string(100, 'x'))), "");
  CAF_CHECK(says(error_of(folder.write("long", std::string(101, 'x'))), "cannot be read"));
}

CAF_TEST(what_lies_in_place_of_the_temporary_file_is_not_written_through) {
  const troupe::test::temporary_directory folder;
  const auto victim = folder.write("victim", "safe");
  CAF_REQUIRE_EQUAL(symlink(victim.c_str(), folder.file("a.new").c_str()), 0);
  CAF_CHECK(!replace_private(folder.file("a"), "text"));
  CAF_CHECK_EQUAL(troupe::test::read_whole(victim), "safe");
  CAF_CHECK_EQUAL(troupe::test::read_whole(folder.file("a")), "text");
}

CAF_TEST(a_write_that_fails_leaves_the_old_file) {
  const troupe::test::temporary_directory folder;
  const auto path = folder.file("a");
  CAF_CHECK(!replace_private(path, "old"));
  mkdir((path + ".new").c_str(), 0700);  // stands where the new file would be made
  const auto wrong = replace_private(path, "new");
  CAF_REQUIRE(wrong);
  CAF_CHECK(says(*wrong, "cannot be written"));
  CAF_CHECK_EQUAL(troupe::test::read_whole(path), "old");
}
