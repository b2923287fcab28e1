#define CAF_SUITE admin_access_routes
#include "actors/admin/access/access_routes.hpp"

#include <caf/test/unit_test.hpp>

#include "tests/actors/admin/access/console.hpp"
#include "tests/config/check.hpp"

using namespace troupe::admin;
using namespace troupe::admin::test;

CAF_TEST(only_an_admin_sees_users_keys_and_the_audit_log) {
  console a;
  a.log_in("admin", "correct horse");
  a.add_user("ann", "operator");
  a.log_out_here();
  a.log_in("ann", "long enough");
  for (auto path : {"/api/v1/users", "/api/v1/api-keys", "/api/v1/audit"})
    CAF_CHECK_EQUAL(a.call(verb::get, path).status, 403u);
  CAF_CHECK_EQUAL(a.call(verb::post, "/api/v1/api-keys", {{"name", "x"}, {"role", "admin"}}).status, 403u);
}

CAF_TEST(lists_come_in_pages) {
  console a;
  a.log_in("admin", "correct horse");
  for (auto name : {"a", "b", "c"}) a.access->known->add_user(name, role::viewer, a.access->dummy_hash);
  auto page = a.call(verb::get, "/api/v1/users", {}, {}, {{"limit", "3"}});
  CAF_CHECK_EQUAL(names(page), (std::vector<std::string>{"a", "admin", "b"}));
  CAF_CHECK_EQUAL(page.body.at("next"), "b");
  page = a.call(verb::get, "/api/v1/users", {}, {}, {{"limit", "3"}, {"cursor", "b"}});
  CAF_CHECK_EQUAL(names(page), std::vector<std::string>{"c"});
  CAF_CHECK(page.body.at("next").is_null());
  for (auto wrong : {"0", "1001", "-1", "x", "3x"})
    CHECK_FOR(wrong, a.call(verb::get, "/api/v1/users", {}, {}, {{"limit", wrong}}).status == 400);

  const auto audit = a.call(verb::get, "/api/v1/audit", {}, {}, {{"limit", "1"}});
  CAF_CHECK_EQUAL(audit.body.at("items").at(0).at("action"), "log_in");
  const std::string cursor{audit.body.at("next").as_string()};
  const auto rest = a.call(verb::get, "/api/v1/audit", {}, {}, {{"cursor", cursor}});
  CAF_CHECK_EQUAL(rest.body.at("items").at(0).at("outcome"), "done at the first start");
  CAF_CHECK(rest.body.at("next").is_null());
  CAF_CHECK_EQUAL(a.call(verb::get, "/api/v1/audit", {}, {}, {{"cursor", "x"}}).status, 400u);
}

CAF_TEST(no_file_holds_a_password_key_cookie_or_token) {
  console a;
  a.log_in("admin", "correct horse");
  a.add_user("ann", "viewer");
  a.call(verb::put, "/api/v1/users/{name}", {{"password", "another one"}}, "ann");
  const auto made = a.call(verb::post, "/api/v1/api-keys", {{"name", "program"}, {"role", "viewer"}});
  a.log_in("admin", "guessed wrong");
  a.log_in("typed into the wrong field", "whatever it is");
  const auto written =
    troupe::test::read_whole(a.folder.file("admin.json")) + troupe::test::read_whole(a.folder.file("admin-audit.log"));
  CAF_CHECK(written.find("program") != std::string::npos);
  for (const std::string& secret :
       {std::string{"correct horse"}, std::string{"long enough"}, std::string{"another one"},
        std::string{"guessed wrong"}, std::string{"wrong field"}, std::string{"whatever"},
        std::string{made.body.at("key").as_string()}.substr(7), a.cookie.substr(15), a.csrf})
    CHECK_FOR(secret, written.find(secret) == std::string::npos);
}
