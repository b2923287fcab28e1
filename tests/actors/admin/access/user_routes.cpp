#define CAF_SUITE admin_user_routes
#include <caf/test/unit_test.hpp>

#include "tests/actors/admin/access/console.hpp"

using namespace troupe::admin;
using namespace troupe::admin::test;
namespace json = boost::json;

CAF_TEST(an_admin_adds_changes_and_removes_users) {
  console a;
  a.log_in("admin", "correct horse");
  a.add_user("ann/1", "viewer");
  CAF_CHECK_EQUAL(a.last_audit(), "admin create_user ann/1 done");
  const auto given = a.call(verb::put, "/api/v1/users/{name}", {{"role", "operator"}}, "ann/1");
  CAF_CHECK_EQUAL(given.status, 200u);
  CAF_CHECK_EQUAL(given.body, (json::value{{"name", "ann/1"}, {"role", "operator"}, {"last_login", nullptr}}));
  CAF_CHECK_EQUAL(a.last_audit(), "admin change_user ann/1 done");
  CAF_CHECK_EQUAL(names(a.call(verb::get, "/api/v1/users")), (std::vector<std::string>{"admin", "ann/1"}));
  CAF_CHECK_EQUAL(a.call(verb::delete_, "/api/v1/users/{name}", {}, "ann/1").status, 204u);
  CAF_CHECK_EQUAL(a.call(verb::delete_, "/api/v1/users/{name}", {}, "ann/1").status, 404u);
  CAF_CHECK_EQUAL(a.last_audit(), "admin remove_user ann/1 404: There is no user ann/1.");
  CAF_CHECK_EQUAL(a.call(verb::delete_, "/api/v1/users/{name}", {}, "admin").status, 409u);
}

CAF_TEST(what_is_wrong_with_a_user_is_said) {
  console a;
  a.log_in("admin", "correct horse");
  const auto post = [&](json::object body) { return a.call(verb::post, "/api/v1/users", std::move(body)).status; };
  CAF_CHECK_EQUAL(post({}), 400u);
  CAF_CHECK_EQUAL(post({{"name", "ann"}, {"password", "long enough"}}), 400u);
  CAF_CHECK_EQUAL(post({{"name", "ann"}, {"password", "long enough"}, {"role", "god"}}), 400u);
  CAF_CHECK_EQUAL(post({{"name", "ann"}, {"password", "short"}, {"role", "viewer"}}), 400u);
  CAF_CHECK_EQUAL(post({{"name", "ann"}, {"password", 12345678}, {"role", "viewer"}}), 400u);
  CAF_CHECK_EQUAL(post({{"name", 5}, {"password", "long enough"}, {"role", "viewer"}}), 400u);
  CAF_CHECK_EQUAL(post({{"name", "a\tb"}, {"password", "long enough"}, {"role", "viewer"}}), 400u);
  CAF_CHECK_EQUAL(post({{"name", "admin"}, {"password", "long enough"}, {"role", "viewer"}}), 409u);
  const auto put = [&](json::object body, std::string name) {
    return a.call(verb::put, "/api/v1/users/{name}", std::move(body), std::move(name)).status;
  };
  CAF_CHECK_EQUAL(put({}, "admin"), 400u);
  CAF_CHECK_EQUAL(put({{"role", nullptr}}, "admin"), 400u);
  CAF_CHECK_EQUAL(put({{"role", "viewer"}}, "admin"), 409u);
  CAF_CHECK_EQUAL(put({{"password", "long enough"}}, "nobody"), 404u);
  CAF_CHECK_EQUAL(names(a.call(verb::get, "/api/v1/users")).size(), 1u);
}

CAF_TEST(sessions_of_a_user_end_with_another_password_or_role_or_the_user) {
  for (const json::object& change : {json::object{{"password", "another one"}}, json::object{{"role", "admin"}}, {}}) {
    console a;
    a.log_in("admin", "correct horse");
    a.add_user("ann", "operator");
    const auto admins_cookie = a.cookie, admins_csrf = a.csrf;
    a.log_out_here();
    a.log_in("ann", "long enough");
    const auto anns = std::exchange(a.cookie, admins_cookie);
    a.csrf = admins_csrf;
    const auto done = change.empty() ? a.call(verb::delete_, "/api/v1/users/{name}", {}, "ann")
                                     : a.call(verb::put, "/api/v1/users/{name}", change, "ann");
    CAF_CHECK(done.status < 300);
    CAF_CHECK_EQUAL(a.call(verb::get, "/api/v1/session").status, 200u);
    a.cookie = anns;
    CAF_CHECK_EQUAL(a.call(verb::get, "/api/v1/session").status, 401u);
  }
}
