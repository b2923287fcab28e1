#define CAF_SUITE admin_log_in_routes
#include <future>

#include <caf/test/unit_test.hpp>

#include "tests/actors/admin/access/console.hpp"
#include "tests/config/check.hpp"

using namespace troupe::admin;
using namespace troupe::admin::test;
using namespace std::chrono_literals;

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
    CHECK_FOR(user, other > known / 4 && other < known * 4);  // without a check it is a hundredth
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

CAF_TEST(a_log_in_that_succeeds_clears_the_failures_of_its_user) {
  console a;
  for (auto address : {"10.0.0.1", "10.0.0.2", "10.0.0.3"}) {
    a.address = address;
    for (int i = 0; i < 4; ++i) CAF_CHECK_EQUAL(a.log_in("admin", "wrong password").status, 401u);
    CAF_CHECK_EQUAL(a.log_in("admin", "correct horse").status, 200u);
  }
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
