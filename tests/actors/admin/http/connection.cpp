#define CAF_SUITE admin_connection
#include "actors/admin/http/connection.hpp"

#include <stdexcept>

#include <caf/test/unit_test.hpp>

#include "tests/actors/admin/http/site.hpp"

namespace troupe::admin::test {

namespace {

using boost::beast::http::verb;
using namespace std::chrono_literals;

/// Keeps what a handler was asked, to answer it later.
struct kept {
  handler taking() {
    return [this](const request& from, reply with) {
      asked.push_back(from);
      say.push_back(std::move(with));
    };
  }
  std::vector<request> asked;
  std::vector<reply> say;
};

}  // namespace

CAF_TEST(a_request_reaches_its_handler_decoded) {
  site at;
  kept calls;
  at.add(verb::post, "/api/clients/{id}/subscriptions", calls.taking(), role::viewer);
  at.start();
  client who{at};
  who.send(request_text("POST", "/api/clients/a%2Fb/subscriptions?filter=%23&x=1+2",
                        "Authorization: viewer\r\nContent-Type: application/json\r\n", R"({"qos": 1})"));
  CAF_REQUIRE(at.until([&] { return calls.asked.size() == 1; }));
  const auto& asked = calls.asked.front();
  CAF_CHECK_EQUAL(asked.captured_at(0), "a/b");
  CAF_CHECK_EQUAL(asked.parameter("filter"), "#");
  CAF_CHECK_EQUAL(asked.parameter("x"), "1 2");
  CAF_CHECK_EQUAL(asked.parameter("y"), "");
  CAF_CHECK_EQUAL(asked.body.at("qos").as_int64(), 1);
  CAF_CHECK_EQUAL(asked.who.name, "viewer");
  CAF_CHECK_EQUAL(asked.who.address, "127.0.0.1");
  calls.say.front()({.status = 204, .body = nullptr, .text = {}, .content_type = {}, .header = {{"X-Own", "1"}}});
  const auto answered = who.receive();
  CAF_CHECK_EQUAL(answered.status, 204u);
  CAF_CHECK_EQUAL(answered.header.at("x-own"), "1");
}

CAF_TEST(a_connection_carries_many_requests_and_head_has_no_body) {
  site at;
  at.add(verb::get, "/api/a", says({{"a", 1}}));
  at.start();
  client who{at};
  for (int i = 0; i < 3; ++i) {
    const auto answered = who.ask("GET", "/api/a");
    CAF_CHECK_EQUAL(answered.status, 200u);
    CAF_CHECK_EQUAL(answered.body, R"({"a":1})");
    CAF_CHECK_EQUAL(answered.header.at("connection"), "keep-alive");
  }
  const auto head = who.ask("HEAD", "/api/a");
  CAF_CHECK_EQUAL(head.status, 200u);
  CAF_CHECK_EQUAL(head.header.at("content-length"), "7");
  CAF_CHECK_EQUAL(who.ask("GET", "/api/a").body, R"({"a":1})");
  CAF_CHECK_EQUAL(at.on->counters().connections_accepted, 1u);
  CAF_CHECK_EQUAL(at.on->counters().requests, 5u);
}

CAF_TEST(a_connection_ends_when_the_client_says_so) {
  site at;
  at.start();
  for (const char* text :
       {"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"}) {
    client who{at};
    who.send(text);
    const auto answered = who.receive();
    CAF_CHECK_EQUAL(answered.status, 200u);
    CAF_CHECK_EQUAL(answered.header.at("connection"), "close");
    CAF_CHECK(who.is_ended());
  }
}

CAF_TEST(who_may_not_is_told_which_way) {
  site at;
  at.add(verb::get, "/api/a", says({}), role::viewer);
  at.add(verb::put, "/api/a", says({}), role::admin);
  at.add(verb::get, "/api/open", says({}));
  at.start();
  client who{at};
  const std::string_view viewer = "Authorization: viewer\r\n";
  CAF_CHECK_EQUAL(who.ask("GET", "/api/open").status, 200u);
  const auto refused = who.ask("GET", "/api/a");
  CAF_CHECK_EQUAL(refused.status, 401u);
  CAF_CHECK(refused.header.contains("www-authenticate"));
  CAF_CHECK(refused.body.starts_with(R"({"error":")"));
  CAF_CHECK_EQUAL(who.ask("GET", "/api/a", viewer).status, 200u);
  CAF_CHECK_EQUAL(who.ask("PUT", "/api/a", viewer).status, 403u);
  CAF_CHECK_EQUAL(who.ask("PUT", "/api/a", "Authorization: admin\r\n").status, 200u);
  CAF_CHECK_EQUAL(who.ask("GET", "/api/open", "Authorization: wrong\r\n").status, 401u);
  // What there is, is told only to those who may know.
  CAF_CHECK_EQUAL(who.ask("GET", "/api/none").status, 401u);
  CAF_CHECK_EQUAL(who.ask("DELETE", "/api/a").status, 401u);
  CAF_CHECK_EQUAL(who.ask("GET", "/api/none", viewer).status, 404u);
  const auto other = who.ask("DELETE", "/api/a", viewer);
  CAF_CHECK_EQUAL(other.status, 405u);
  CAF_CHECK_EQUAL(other.header.at("allow"), "GET, HEAD, PUT");
}

CAF_TEST(what_refuses_before_the_body_does_not_read_it) {
  site at{{.close_time_max = 5s}};
  at.add(verb::put, "/api/a", says({}), role::admin);
  at.start();
  client who{at};
  who.send("PUT /api/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500000\r\n\r\n");
  const auto answered = who.receive();
  CAF_CHECK_EQUAL(answered.status, 401u);
  CAF_CHECK_EQUAL(answered.header.at("connection"), "close");
  CAF_CHECK(who.is_ended());
  // What was on its way is taken, so that the answer is not lost.
  for (int i = 0; i < 50; ++i) who.send(std::string(10'000, 'x'));
  CAF_CHECK(!who.was_reset());
  who.close();
  CAF_CHECK(at.until_idle());
}

CAF_TEST(the_gatekeepers_own_failure_lets_nobody_in) {
  site at;
  at.add(verb::get, "/api/a", says({}));
  at.start();
  client who{at};
  CAF_CHECK_EQUAL(who.ask("GET", "/api/a", "Authorization: broken\r\n").status, 500u);
  CAF_CHECK_EQUAL(who.ask("GET", "/api/a").status, 200u);
}

CAF_TEST(a_handler_may_throw_forget_or_repeat_itself) {
  site at;
  at.add(verb::get, "/api/throws", [](const request&, const reply&) { throw std::runtime_error{"secret"}; });
  at.add(verb::get, "/api/forgets", [](const request&, const reply&) {});
  at.add(verb::get, "/api/repeats", [](const request&, const reply& say) {
    say(answer::error(409, "first"));
    say({});
    throw std::runtime_error{"late"};
  });
  at.start();
  client who{at};
  const auto thrown = who.ask("GET", "/api/throws");
  CAF_CHECK_EQUAL(thrown.status, 500u);
  CAF_CHECK(thrown.body.find("secret") == std::string::npos);
  CAF_CHECK_EQUAL(who.ask("GET", "/api/forgets").status, 500u);
  CAF_CHECK_EQUAL(who.ask("GET", "/api/repeats").status, 409u);
  CAF_CHECK_EQUAL(who.ask("GET", "/").status, 200u);
  CAF_CHECK_EQUAL(at.on->counters().requests_failed, 2u);
}

CAF_TEST(a_handler_that_takes_too_long_is_not_waited_for) {
  site at{{.answer_time_max = 20ms}};
  kept calls;
  at.add(verb::get, "/api/slow", calls.taking());
  at.start();
  client who{at};
  CAF_CHECK_EQUAL(who.ask("GET", "/api/slow").status, 504u);
  calls.say.front()({});
  CAF_CHECK_EQUAL(who.ask("GET", "/").status, 200u);
  CAF_CHECK_EQUAL(at.on->counters().requests_unanswered, 1u);
}

CAF_TEST(pipelined_requests_are_answered_one_after_the_other) {
  site at;
  kept calls;
  at.add(verb::get, "/api/{n}", calls.taking());
  at.start();
  client who{at};
  who.send(request_text("GET", "/api/1") + request_text("GET", "/api/2") + request_text("GET", "/api/3"));
  for (std::size_t i = 0; i < 3; ++i) {
    CAF_REQUIRE(at.until([&] { return calls.asked.size() > i; }));
    for (int turns = 0; turns < 20; ++turns) at.io.poll();
    CAF_CHECK_EQUAL(calls.asked.size(), i + 1);
    calls.say[i](answer::error(400 + static_cast<unsigned>(i), ""));
    CAF_CHECK_EQUAL(who.receive().status, 400 + i);
  }
}

CAF_TEST(a_client_may_go_while_a_handler_works) {
  site at;
  kept calls;
  at.add(verb::get, "/api/slow", calls.taking());
  at.start();
  {
    client who{at};
    who.send(request_text("GET", "/api/slow"));
    CAF_REQUIRE(at.until([&] { return calls.say.size() == 1; }));
  }
  calls.say.front()(
    {.status = 200, .body = nullptr, .text = std::string(5'000'000, 'x'), .content_type = "text/plain", .header = {}});
  CAF_CHECK(at.until_idle());
  CAF_CHECK_EQUAL(client{at}.ask("GET", "/").status, 200u);
}

CAF_TEST(an_expected_continue_is_said) {
  site at;
  kept calls;
  at.add(verb::post, "/api/a", calls.taking());
  at.start();
  client who{at};
  who.send("POST /api/a HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n"
           "Content-Type: application/json\r\n\r\n");
  CAF_CHECK_EQUAL(who.take(25), "HTTP/1.1 100 Continue\r\n\r\n");
  who.send("{}");
  CAF_CHECK(at.until([&] { return calls.asked.size() == 1; }));
}

CAF_TEST(files_are_served_to_everybody) {
  site at;
  at.start();
  client who{at};
  CAF_CHECK_EQUAL(who.ask("GET", "/clients/x").body, "<html>");
  const auto big = who.ask("GET", "/big.js");
  CAF_CHECK_EQUAL(big.body.size(), 1'000'000u);
  CAF_CHECK(big.header.at("cache-control").find("immutable") != std::string::npos);
  CAF_CHECK(big.header.contains("content-security-policy"));
  CAF_CHECK_EQUAL(who.ask("GET", "/big.js", "If-None-Match: \"s1\"\r\n").status, 304u);
  CAF_CHECK_EQUAL(who.ask("GET", "/none.js").status, 404u);
  CAF_CHECK_EQUAL(who.ask("GET", "/../../etc/passwd.txt").status, 404u);
  const auto posted = who.ask("POST", "/");
  CAF_CHECK_EQUAL(posted.status, 405u);
  CAF_CHECK_EQUAL(posted.header.at("allow"), "GET, HEAD");
}

CAF_TEST(a_reader_that_takes_nothing_is_cut) {
  site at{{.write_time_max = 50ms, .close_time_max = 50ms}};
  at.add(verb::get, "/api/much", [](const request&, const reply& say) {
    say({.status = 200,
         .body = nullptr,
         .text = std::string(30'000'000, 'x'),
         .content_type = "text/plain",
         .header = {}});
  });
  at.start();
  client who{at};
  who.send(request_text("GET", "/api/much"));
  CAF_CHECK(at.until([&] { return at.on->counters().requests == 1; }));
  CAF_CHECK(at.until_idle());
}

}  // namespace troupe::admin::test
