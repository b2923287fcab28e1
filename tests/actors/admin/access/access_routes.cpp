#define CAF_SUITE admin_access_routes
#include "actors/admin/access/access_routes.hpp"

#include <future>

#include <boost/json/serialize.hpp>
#include <caf/test/unit_test.hpp>

#include "tests/actors/admin/access/fake_surroundings.hpp"
#include "tests/config/check.hpp"
#include "tests/config/temporary_file.hpp"

using namespace troupe::admin;
using namespace std::chrono_literals;
namespace json = boost::json;
using boost::beast::http::verb;

namespace {

/// A console without a network: requests go through the gate to the route whose pattern is given, as the server's do.
struct console {
  troupe::test::temporary_directory folder;
  troupe::test::fake_surroundings fake;
  boost::asio::io_context service;
  std::shared_ptr<access_control> access;
  std::vector<route> routes;
  std::string cookie, csrf, address = "10.0.0.1";

  explicit console(bool secure = false) {
    access_options options;
    options.folder = folder.file("");
    options.initial_password = "correct horse";
    options.secure_cookie = secure;
    access = std::get<0>(access_control::open(options, service, fake.around()));
    routes = access_routes(access);
  }

  /// Not answered yet.
  void ask(verb method, std::string_view pattern, json::object body, std::string captured, reply done,
           std::map<std::string, std::string, std::less<>> query = {}) {
    credentials shown;
    shown.method = method;
    shown.path = pattern;
    shown.address = address;
    shown.cookie = cookie;
    shown.csrf_token = csrf;
    auto verdict = access->keeper.admit(shown);
    if (auto* refused = std::get_if<answer>(&verdict)) return done(std::move(*refused));
    request asked{method,           std::string{pattern}, {captured},
                  std::move(query), std::move(body),      std::get<caller>(verdict)};
    for (const auto& each : routes) {
      if (each.method != method || each.pattern != pattern) continue;
      if (asked.who.role < each.least) return done(answer::error(asked.who.role == role::nobody ? 401 : 403, ""));
      return each.handler(asked, std::move(done));
    }
    done(answer::error(404, "no route"));
  }
  answer call(verb method, std::string_view pattern, json::object body = {}, std::string captured = {},
              std::map<std::string, std::string, std::less<>> query = {}) {
    std::optional<answer> got;
    ask(
      method, pattern, std::move(body), std::move(captured), [&](answer given) { got = std::move(given); },
      std::move(query));
    service.restart();
    service.run();
    return got ? *got : answer::error(0, "no answer");
  }
  answer log_in(std::string_view user, std::string_view password) {
    auto given = call(verb::post, "/api/v1/login", {{"user", user}, {"password", password}});
    if (given.status != 200) return given;
    const auto field = header(given, "Set-Cookie");
    cookie = field.substr(0, field.find(';'));
    csrf = given.body.at("csrf").as_string();
    return given;
  }
  void log_out_here() { cookie = csrf = ""; }
  void add_user(std::string_view name, std::string_view as) {
    CAF_REQUIRE_EQUAL(
      call(verb::post, "/api/v1/users", {{"name", name}, {"password", "long enough"}, {"role", as}}).status, 201u);
  }
  static std::string header(const answer& given, std::string_view name) {
    for (const auto& [field, value] : given.header)
      if (field == name) return value;
    return {};
  }
  /// "<who> <action> <target> <outcome>" of the newest entry.
  std::string last_audit() const {
    const auto entry = access->audit->before({}, 1).entries.at(0);
    return entry.who + " " + entry.action + " " + entry.target + " " + entry.outcome;
  }
};

std::vector<std::string> names(const answer& given) {
  std::vector<std::string> result;
  for (const auto& item : given.body.at("items").as_array()) result.emplace_back(item.at("name").as_string());
  return result;
}

}  // namespace

CAF_TEST(a_log_in_gives_a_session_and_a_log_out_ends_it) {
  console a;
  CAF_CHECK_EQUAL(a.call(verb::get, "/api/v1/session").status, 401u);
  const auto given = a.log_in("admin", "correct horse");
  CAF_CHECK_EQUAL(given.status, 200u);
  CAF_CHECK_EQUAL(given.body.at("user"), "admin");
  CAF_CHECK_EQUAL(given.body.at("role"), "admin");
  CAF_CHECK_EQUAL(console::header(given, "Set-Cookie"), a.cookie + "; Path=/; HttpOnly; SameSite=Strict");
  CAF_CHECK_EQUAL(a.last_audit(), "admin log_in  done");
  CAF_CHECK_EQUAL(a.call(verb::get, "/api/v1/session").body, given.body);

  const auto token = std::exchange(a.csrf, "");
  CAF_CHECK_EQUAL(a.call(verb::post, "/api/v1/logout").status, 403u);
  a.csrf = token;
  const auto gone = a.call(verb::post, "/api/v1/logout");
  CAF_CHECK_EQUAL(gone.status, 204u);
  CAF_CHECK(console::header(gone, "Set-Cookie").find("Max-Age=0") != std::string::npos);
  CAF_CHECK_EQUAL(a.last_audit(), "admin log_out  done");
  CAF_CHECK_EQUAL(a.call(verb::get, "/api/v1/session").status, 401u);
}

CAF_TEST(behind_tls_the_cookie_is_secure) {
  console a{true};
  CAF_CHECK(console::header(a.log_in("admin", "correct horse"), "Set-Cookie").ends_with("; Secure"));
}

CAF_TEST(a_log_in_never_takes_over_an_id_and_ends_the_session_there_was) {
  console a;
  a.log_in("admin", "correct horse");
  const auto before = a.cookie;
  a.log_in("admin", "correct horse");
  CAF_CHECK(a.cookie != before);
  a.cookie = before;
  CAF_CHECK_EQUAL(a.call(verb::get, "/api/v1/session").status, 401u);
  a.cookie = "troupe_session=" + std::string(43, 'A');  // planted before the log-in
  const auto planted = a.cookie;
  a.log_in("admin", "correct horse");
  CAF_CHECK(a.cookie != planted);
  a.cookie = planted;
  CAF_CHECK_EQUAL(a.call(verb::get, "/api/v1/session").status, 401u);
}

CAF_TEST(a_wrong_password_and_an_unknown_user_look_the_same) {
  console a;
  const auto wrong = a.log_in("admin", "wrong password");
  CAF_CHECK_EQUAL(a.last_audit(), " log_in admin 401: the password is wrong");
  const auto unknown = a.log_in("my-Passw0rd", "wrong password");
  CAF_CHECK_EQUAL(a.last_audit(), " log_in an unknown user 401: the password is wrong");
  CAF_CHECK_EQUAL(wrong.status, 401u);
  CAF_CHECK_EQUAL(unknown.status, 401u);
  CAF_CHECK_EQUAL(wrong.body, unknown.body);
  CAF_CHECK(wrong.header == unknown.header);
}

CAF_TEST(a_wrong_password_and_an_unknown_user_take_the_same_time) {
  console a;
  const auto shortest = [&](std::string_view user, std::string_view password) {
    auto best = std::chrono::steady_clock::duration::max();
    for (int i = 0; i < 4; ++i, a.fake.pass(20min)) {
      const auto from = std::chrono::steady_clock::now();
      CAF_CHECK_EQUAL(a.log_in(user, password).status, 401u);
      best = std::min(best, std::chrono::steady_clock::now() - from);
    }
    return best;
  };
  const auto known = shortest("admin", "wrong password");
  for (auto [user, password] : {std::pair{"nobody", "wrong password"}, {"", "wrong password"}, {"admin", "short"}}) {
    const auto other = shortest(user, password);
    CHECK_FOR(user, other > known / 2 && other < known * 2);
  }
}

CAF_TEST(an_incomplete_log_in_is_no_attempt) {
  console a;
  for (int i = 0; i < 10; ++i) {
    CAF_CHECK_EQUAL(a.call(verb::post, "/api/v1/login", {{"user", "admin"}}).status, 400u);
    CAF_CHECK_EQUAL(a.call(verb::post, "/api/v1/login", {{"user", "admin"}, {"password", 5}}).status, 400u);
  }
  CAF_CHECK_EQUAL(a.log_in("admin", "correct horse").status, 200u);
}

CAF_TEST(after_five_failures_even_the_right_password_waits) {
  console a;
  for (int i = 0; i < 5; ++i) CAF_CHECK_EQUAL(a.log_in("admin", "wrong password").status, 401u);
  const auto refused = a.log_in("admin", "correct horse");
  CAF_CHECK_EQUAL(refused.status, 429u);
  CAF_CHECK_EQUAL(console::header(refused, "Retry-After"), "1");
  a.address = "10.0.0.2";
  CAF_CHECK_EQUAL(a.log_in("admin", "correct horse").status, 429u);
  a.fake.pass(1s);
  CAF_CHECK_EQUAL(a.log_in("admin", "correct horse").status, 200u);
}

CAF_TEST(when_too_many_log_ins_wait_the_next_is_told_to_come_again) {
  console a;
  std::promise<void> go_on;
  auto may_go_on = go_on.get_future().share();
  const auto wait = [may_go_on] {
    may_go_on.wait();
    return true;
  };
  while (!a.access->worker.full()) a.access->worker.submit(wait, [](bool) {});
  std::optional<answer> got;
  // The thread may have taken one of them away just now.
  while (!got || got->status == 0) {
    while (!a.access->worker.full()) a.access->worker.submit(wait, [](bool) {});
    got = answer::error(0, "");
    a.ask(verb::post, "/api/v1/login", {{"user", "admin"}, {"password", "correct horse"}}, {},
          [&](answer given) { got = std::move(given); });
  }
  CAF_CHECK_EQUAL(got->status, 503u);
  CAF_CHECK_EQUAL(console::header(*got, "Retry-After"), "1");
  go_on.set_value();
  a.service.run();
  CAF_CHECK_EQUAL(a.log_in("admin", "correct horse").status, 200u);
}

CAF_TEST(a_password_that_is_changed_while_it_is_checked_opens_nothing) {
  console a;
  std::optional<answer> got;
  a.ask(verb::post, "/api/v1/login", {{"user", "admin"}, {"password", "correct horse"}}, {},
        [&](answer given) { got = std::move(given); });
  a.access->known->change_user("admin", {}, a.access->dummy_hash);
  a.service.run();
  CAF_REQUIRE(got);
  CAF_CHECK_EQUAL(got->status, 401u);
}

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

CAF_TEST(a_key_is_shown_once) {
  console a;
  a.log_in("admin", "correct horse");
  const auto given = a.call(verb::post, "/api/v1/api-keys", {{"name", "program"}, {"role", "viewer"}, {"days", 30}});
  CAF_CHECK_EQUAL(given.status, 201u);
  const std::string key{given.body.at("key").as_string()};
  CAF_CHECK(a.access->known->use_key(key));
  CAF_CHECK_EQUAL(a.last_audit(), "admin create_api_key program done");
  const auto listed = a.call(verb::get, "/api/v1/api-keys");
  CAF_CHECK(json::serialize(listed.body).find(key) == std::string::npos);
  const auto& item = listed.body.at("items").at(0);
  CAF_CHECK_EQUAL(item.at("expires").as_int64() - item.at("created").as_int64(), std::int64_t{30} * 86'400'000);
  CAF_CHECK_EQUAL(a.call(verb::delete_, "/api/v1/api-keys/{name}", {}, "program").status, 204u);
  CAF_CHECK(!a.access->known->use_key(key));
  const auto refused = [&](json::object body) {
    return a.call(verb::post, "/api/v1/api-keys", std::move(body)).status == 400;
  };
  CAF_CHECK(refused({{"name", "x"}}));
  CAF_CHECK(refused({{"name", "x"}, {"role", "nobody"}}));
  CAF_CHECK(refused({{"name", "x"}, {"role", "viewer"}, {"days", 0}}));
  CAF_CHECK(refused({{"name", "x"}, {"role", "viewer"}, {"days", 1.5}}));
  CAF_CHECK(refused({{"name", "x"}, {"role", "viewer"}, {"days", "7"}}));
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
