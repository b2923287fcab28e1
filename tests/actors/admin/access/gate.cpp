#define CAF_SUITE admin_gate
#include "actors/admin/access/gate.hpp"

#include <caf/test/unit_test.hpp>

#include "tests/actors/admin/access/fake_surroundings.hpp"
#include "tests/config/check.hpp"
#include "tests/config/temporary_file.hpp"

using namespace troupe::admin;
using namespace std::chrono_literals;
using boost::beast::http::verb;

namespace {

constexpr auto hash = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$"
                      "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY";
constexpr auto clients = "/api/v1/clients";

struct desk {
  troupe::test::temporary_directory folder;
  troupe::test::fake_surroundings fake;
  std::unique_ptr<accounts> known = std::get<0>(accounts::open(folder.file("admin.json"), fake.around()));
  log_ins sessions{fake.around()};
  gate keeper{*known, sessions, false};
  std::string key, cookie, csrf, authorization;

  desk() {
    known->add_user("admin", role::admin, hash);
    known->add_user("ann", role::operates, hash);
    key = std::get<std::string>(known->add_key("program", role::viewer, 1));
    authorization = "Bearer " + key;
    const auto begun = *sessions.begin("ann");
    cookie = "troupe_session=" + begun.cookie;
    csrf = begun.csrf;
  }

  credentials bare(verb method = verb::get, std::string_view path = clients) const {
    credentials shown;
    shown.method = method;
    shown.path = path;
    shown.address = "10.0.0.1";
    shown.host = "node:18083";
    return shown;
  }
  credentials with_cookie(verb method = verb::get, std::string_view path = clients) const {
    auto shown = bare(method, path);
    shown.cookie = cookie;
    return shown;
  }
  credentials with_key(verb method = verb::get, std::string_view path = clients) const {
    auto shown = bare(method, path);
    shown.authorization = authorization;
    return shown;
  }
  /// "<name> <role>", or the status of a refusal.
  std::string admit(const credentials& shown) {
    const auto verdict = keeper.admit(shown);
    if (const auto* refused = std::get_if<answer>(&verdict)) return std::to_string(refused->status);
    const auto& who = std::get<caller>(verdict);
    CAF_CHECK_EQUAL(who.address, "10.0.0.1");
    return who.name + " " + std::string{text_of(who.role)};
  }
};

}  // namespace

CAF_TEST(who_shows_nothing_is_nobody) {
  desk a;
  for (auto path : {clients, "/api", "/api/", "/api/v1/session", "/metrics", "/", "/assets/x.js", "/api/v1/health"})
    CAF_CHECK_EQUAL(a.admit(a.bare(verb::get, path)), " nobody");
}

CAF_TEST(a_key_is_its_name_and_role) {
  desk a;
  for (auto method : {verb::get, verb::post, verb::delete_})
    CAF_CHECK_EQUAL(a.admit(a.with_key(method)), "program viewer");
  CAF_CHECK_EQUAL(a.admit(a.with_key(verb::get, "/metrics")), "program viewer");
  a.authorization = "bearer  " + a.key;
  CAF_CHECK_EQUAL(a.admit(a.with_key()), "program viewer");
}

CAF_TEST(a_wrong_key_is_refused_and_a_cookie_does_not_help_it) {
  desk a;
  for (const char* wrong : {"Bearer", "Bearer ", "Bearer x", "Basic YWRtaW46YWRtaW4=", "x"}) {
    a.authorization = wrong;
    auto shown = a.with_key();
    shown.cookie = a.cookie;
    CHECK_FOR(wrong, a.admit(shown) == "401");
  }
  a.authorization = a.key;
  CAF_CHECK_EQUAL(a.admit(a.with_key()), "401");
  a.authorization = "Bearer " + a.key;
  a.fake.pass(24h);
  CAF_CHECK_EQUAL(a.admit(a.with_key()), "401");
  CAF_CHECK_EQUAL(a.admit(a.with_key(verb::get, "/api/v1/health")), " nobody");
}

CAF_TEST(a_session_is_its_users_name_and_role) {
  desk a;
  CAF_CHECK_EQUAL(a.admit(a.with_cookie()), "ann operator");
  a.cookie = "theme=dark; " + a.cookie + ";other=1";
  CAF_CHECK_EQUAL(a.admit(a.with_cookie()), "ann operator");
  const auto verdict = a.keeper.admit(a.with_cookie());
  const auto* session = a.sessions.find(std::get<caller>(verdict).session);
  CAF_REQUIRE(session);
  CAF_CHECK_EQUAL(session->csrf, a.csrf);
  CAF_CHECK(a.cookie.find(std::get<caller>(verdict).session) == std::string::npos);
}

CAF_TEST(a_cookie_that_was_never_given_out_means_nothing) {
  desk a;
  const auto planted = std::string(43, 'A');
  for (const std::string& cookie :
       {"troupe_session=" + planted, std::string{"troupe_session="}, std::string{"troupe_session"}, "x" + a.cookie,
        a.cookie + "x", "troupe_session=" + planted + "; " + a.cookie, a.cookie + "; troupe_session=" + planted}) {
    auto shown = a.bare();
    shown.cookie = cookie;
    CHECK_FOR(cookie, a.admit(shown) == " nobody");
  }
}

CAF_TEST(a_session_whose_user_is_gone_is_nobodys) {
  desk a;
  a.known->remove_user("ann");
  CAF_CHECK_EQUAL(a.admit(a.with_cookie()), " nobody");
}

CAF_TEST(a_change_from_a_session_needs_its_token) {
  desk a;
  for (auto method : {verb::get, verb::head}) CAF_CHECK_EQUAL(a.admit(a.with_cookie(method)), "ann operator");
  const auto others = a.sessions.begin("ann")->csrf;
  for (auto method : {verb::post, verb::put, verb::delete_, verb::patch, verb::options, verb::unknown}) {
    auto shown = a.with_cookie(method);
    CAF_CHECK_EQUAL(a.admit(shown), "403");
    for (const auto& token : {others, a.csrf.substr(1), a.csrf + "x"}) {
      shown.csrf_token = token;
      CAF_CHECK_EQUAL(a.admit(shown), "403");
    }
    shown.csrf_token = a.csrf;
    CAF_CHECK_EQUAL(a.admit(shown), "ann operator");
  }
}

CAF_TEST(a_log_in_needs_no_token_but_tells_the_session_there_was) {
  desk a;
  CAF_CHECK_EQUAL(a.admit(a.with_cookie(verb::post, "/api/v1/login")), "ann operator");
  CAF_CHECK_EQUAL(a.admit(a.bare(verb::post, "/api/v1/login")), " nobody");
  CAF_CHECK_EQUAL(a.admit(a.with_cookie(verb::post, "/api/v1/login/")), "403");
}

CAF_TEST(metrics_can_be_open) {
  desk a;
  gate open{*a.known, a.sessions, true};
  CAF_CHECK(std::get<caller>(open.admit(a.bare(verb::get, "/metrics"))).role == role::viewer);
  CAF_CHECK(std::get<caller>(open.admit(a.bare())).role == role::nobody);
}
