#define CAF_SUITE auth_access_files
#include "actors/auth/access_files.hpp"

#include <caf/test/unit_test.hpp>

#include "tests/config/temporary_file.hpp"

using namespace troupe;

CAF_TEST(files_that_no_option_names_are_not_looked_for) { CAF_CHECK(auth::check_files({}).empty()); }

CAF_TEST(every_file_tells_what_is_wrong_in_it) {
  test::temporary_directory directory;
  config::options of;
  of.access.password_file = directory.write("users", "# nobody yet\n");
  of.access.acl_file = directory.write("acl", "allow all publish a/#\n");
  CAF_CHECK(auth::check_files(of).empty());
  directory.write("users", "\nnonsense\n");
  directory.write("acl", "allow all publish a/#\nperhaps all publish b\n");
  const auto errors = auth::check_files(of);
  CAF_REQUIRE_EQUAL(errors.size(), 2u);
  CAF_CHECK_EQUAL(errors[0], of.access.password_file + ":2: is not user:hash");
  CAF_CHECK(errors[1].starts_with(of.access.acl_file + ":2: "));
  of.access.acl_file = directory.file("absent");
  CAF_CHECK(auth::check_files(of).back().ends_with("No such file or directory"));
}
