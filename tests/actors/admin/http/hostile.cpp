// What a peer should not send.
#define CAF_SUITE admin_hostile

#include <caf/test/unit_test.hpp>

#include "tests/actors/admin/http/site.hpp"

namespace troupe::admin::test {

namespace {

using boost::beast::http::verb;
using namespace std::chrono_literals;

constexpr std::string_view json = "Authorization: viewer\r\nContent-Type: application/json\r\n";
constexpr std::string_view strangers_json = "Content-Type: application/json\r\n";

/// The status of what comes back for these bytes on a new connection, which then must end.
unsigned last_answer(site& at, std::string_view bytes) {
  client who{at};
  who.send(bytes);
  const auto status = who.receive().status;
  return who.is_ended() ? status : 0;
}

struct fixture {
  explicit fixture(std::chrono::milliseconds time_max)
    : at{{.header_bytes_max = 1024,
          .body_bytes_max = 2000,
          .stranger_body_bytes_max = 1000,
          .header_time_max = time_max,
          .body_time_max = time_max,
          .idle_time_max = time_max,
          .close_time_max = 100ms}} {
    at.add(verb::post, "/api/a", says({}), role::viewer);
    at.add(verb::post, "/api/open", says({}));
    at.add(verb::get, "/api/a/{id}", says({}));
    at.start();
  }

  site at;
};

constexpr std::chrono::seconds plenty{10};

struct patient : fixture {
  patient() : fixture{plenty} {}
};

struct impatient : fixture {
  impatient() : fixture{50ms} {}
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(slow_tests, impatient)

CAF_TEST(a_header_that_comes_too_slowly_is_cut) {
  CAF_CHECK_EQUAL(last_answer(at, "GET / HTTP/1.1\r\nHost: loc"), 408u);
  CAF_CHECK_EQUAL(at.on->counters().requests_too_slow, 1u);
  // One that drips does not get more time.
  client who{at};
  who.send("GET / HTTP/1.1\r\n");
  const auto start = std::chrono::steady_clock::now();
  while (at.on->counters().requests_too_slow < 2 && std::chrono::steady_clock::now() - start < 5s) {
    who.send("a");
    at.io.restart();
    at.io.run_for(10ms);
  }
  CAF_CHECK_EQUAL(at.on->counters().requests_too_slow, 2u);
}

CAF_TEST(a_body_that_comes_too_slowly_is_cut) {
  CAF_CHECK_EQUAL(last_answer(at, "POST /api/open HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n{"), 408u);
  CAF_CHECK_EQUAL(at.on->counters().requests_too_slow, 1u);
}

CAF_TEST(silence_is_cut_without_a_word) {
  client mute{at};
  CAF_CHECK(mute.is_ended());
  client idle{at};
  CAF_CHECK_EQUAL(idle.ask("GET", "/").status, 200u);
  CAF_CHECK(idle.is_ended());
  CAF_CHECK_EQUAL(at.on->counters().requests_too_slow, 0u);
  CAF_CHECK(at.until_idle());
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST_FIXTURE_SCOPE(hostile_tests, patient)

CAF_TEST(a_header_that_is_too_long_is_431) {
  CAF_CHECK_EQUAL(client{at}.ask("GET", "/", "A: " + std::string(900, 'a') + "\r\n").status, 200u);
  CAF_CHECK_EQUAL(last_answer(at, request_text("GET", "/", "A: " + std::string(1'100, 'a') + "\r\n")), 431u);
  CAF_CHECK_EQUAL(last_answer(at, "GET /" + std::string(1'000'000, 'a')), 431u);
  std::string fields;
  for (int i = 0; i < 10'000; ++i) fields += "A: b\r\n";
  CAF_CHECK_EQUAL(last_answer(at, request_text("GET", "/", fields)), 431u);
}

CAF_TEST(a_body_that_is_too_long_is_413) {
  const auto post = [&](std::size_t size) {
    return request_text("POST", "/api/a", json, R"({"a":")" + std::string(size - 8, 'x') + "\"}");
  };
  CAF_CHECK_EQUAL(client{at}.ask("GET", "/").status, 200u);
  client fits{at};
  fits.send(post(2000));
  CAF_CHECK_EQUAL(fits.receive().status, 200u);
  CAF_CHECK_EQUAL(last_answer(at, post(2001)), 413u);
  CAF_CHECK_EQUAL(
    last_answer(at, request_text("POST", "/api/a", "Authorization: viewer\r\nContent-Length: 99999999999999\r\n")),
    413u);
  std::string chunked = request_text("POST", "/api/a", std::string{json} + "Transfer-Encoding: chunked\r\n");
  for (int i = 0; i < 3; ++i) chunked += "3e8\r\n" + std::string(1000, ' ') + "\r\n";
  CAF_CHECK_EQUAL(last_answer(at, chunked), 413u);
}

CAF_TEST(who_is_not_logged_in_may_send_less) {
  const std::string body = R"({"a":")" + std::string(992, 'x') + "\"}";
  CAF_CHECK_EQUAL(client{at}.ask("POST", "/api/open", strangers_json, body).status, 200u);
  CAF_CHECK_EQUAL(last_answer(at, request_text("POST", "/api/open", strangers_json, body + " ")), 413u);
  std::string chunked =
    request_text("POST", "/api/open", std::string{strangers_json} + "Transfer-Encoding: chunked\r\n");
  for (int i = 0; i < 3; ++i) chunked += "190\r\n" + std::string(400, ' ') + "\r\n";
  CAF_CHECK_EQUAL(last_answer(at, chunked), 413u);
}

CAF_TEST(a_chunked_body_is_read_like_another) {
  client who{at};
  who.send(request_text("POST", "/api/a", std::string{json} + "Transfer-Encoding: chunked\r\n"));
  who.send("1\r\n{\r\n1\r\n}\r\n0\r\n\r\n");
  CAF_CHECK_EQUAL(who.receive().status, 200u);
  CAF_CHECK_EQUAL(who.ask("GET", "/").status, 200u);
}

CAF_TEST(a_body_of_another_kind_is_refused_and_the_connection_stays) {
  client who{at};
  CAF_CHECK_EQUAL(who.ask("POST", "/api/open", "Content-Type: text/plain\r\n", "{}").status, 415u);
  CAF_CHECK_EQUAL(who.ask("POST", "/api/a", json, "[1]").status, 400u);
  CAF_CHECK_EQUAL(who.ask("POST", "/api/a", json, "{").status, 400u);
  CAF_CHECK_EQUAL(who.ask("POST", "/api/a", json, R"({"a":)" + std::string(500, '[')).status, 400u);
  CAF_CHECK_EQUAL(who.ask("POST", "/api/open").status, 200u);
  CAF_CHECK_EQUAL(at.on->counters().requests_refused, 4u);
}

CAF_TEST(what_is_not_http_is_400) {
  for (const char* bytes :
       {"\x16\x03\x01\x02\x01 TLS\r\n\r\n", "\x10\x0e MQTT\r\n\r\n", "hello\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "GET  / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost localhost\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nA\x01: b\r\n\r\n"})
    CAF_CHECK_EQUAL(last_answer(at, bytes), 400u);
}

CAF_TEST(requests_cannot_be_smuggled) {
  const std::string start = "POST /api/open HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
  for (const char* rest :
       {"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
        "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ", "Content-Length: -1\r\n\r\n",
        "Content-Length: 2,3\r\n\r\n{}", "Content-Length: 0x2\r\n\r\n{}", "Content-Length : 2\r\n\r\n{}"}) {
    CAF_MESSAGE(rest);
    CAF_CHECK_EQUAL(last_answer(at, start + rest), 400u);
  }
}

CAF_TEST(a_malformed_target_is_400_and_the_connection_stays) {
  client who{at};
  for (const char* target : {"/api/a/%", "/api/a/%4", "/api/a/%zz", "/api/a/%00", "/api/a/x?b=%00", "/api/a/%ff", "*",
                             "http://localhost/api/a/x"})
    CAF_CHECK_EQUAL(who.ask("GET", target).status, 400u);
  CAF_CHECK_EQUAL(who.ask("GET", "/api/a/%2F..%2F").status, 200u);
  CAF_CHECK_EQUAL(who.ask("BREW", "/").status, 501u);
}

CAF_TEST(another_sites_name_for_this_machine_is_refused) {
  client who{at};
  const auto as = [&](std::string_view hosts) {
    who.send("GET / HTTP/1.1\r\n" + std::string{hosts} + "\r\n");
    return who.receive().status;
  };
  CAF_CHECK_EQUAL(as("Host: 127.0.0.1:18083\r\n"), 200u);
  CAF_CHECK_EQUAL(as("Host: [::1]\r\n"), 200u);
  CAF_CHECK_EQUAL(as("Host: evil.example\r\n"), 403u);
  CAF_CHECK_EQUAL(as("Host: localhost\r\nHost: evil.example\r\n"), 400u);
  CAF_CHECK_EQUAL(as(""), 400u);
}

CAF_TEST(half_a_request_and_gone_leaves_nothing) {
  for (const char* bytes :
       {"G", "GET / HTTP/1.1\r\n", "POST /api/open HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"}) {
    client who{at};
    who.send(bytes);
    at.io.poll();
  }
  CAF_CHECK(at.until_idle());
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace troupe::admin::test
