#define CAF_SUITE admin_server
#include "actors/admin/http/server.hpp"

#include <filesystem>
#include <stdexcept>

#include <boost/asio/local/stream_protocol.hpp>
#include <sys/stat.h>

#include <caf/test/unit_test.hpp>

#include "tests/actors/admin/http/site.hpp"

namespace troupe::admin::test {

namespace {

using boost::beast::http::verb;
using namespace std::chrono_literals;

constexpr std::string_view json = "Content-Type: application/json\r\n";

/// A path for a socket that is gone with the test.
struct socket_path {
  socket_path() {
    auto pattern = (std::filesystem::temp_directory_path() / "troupe-test-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw std::runtime_error{"mkdtemp"};
    folder = pattern;
  }
  ~socket_path() { std::filesystem::remove_all(folder); }
  std::string text() const { return folder / "admin.sock"; }
  config::bind_target bind() const { return {.host = {}, .port = 0, .unix_path = text()}; }
  std::filesystem::path folder;
};

std::string why_not(server& on, const config::bind_target& where) {
  try {
    on.listen(where);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

CAF_TEST(the_kernel_chooses_the_port_and_a_taken_one_is_refused) {
  site at;
  at.start();
  CAF_CHECK(at.on->bound().starts_with("127.0.0.1:"));
  CAF_CHECK(at.port() != 0);
  const auto why = why_not(*at.on, {.host = "127.0.0.1", .port = at.port(), .unix_path = {}});
  CAF_CHECK(why.find("in use") != std::string::npos);
  CAF_CHECK(!why_not(*at.on, {.host = "192.0.2.1", .port = 1, .unix_path = {}}).empty());
}

CAF_TEST(every_address_is_listened_at_when_none_is_given) {
  site at;
  at.start();
  at.on->listen({.host = "*", .port = 0, .unix_path = {}});
  CAF_CHECK_EQUAL(client{at}.ask("GET", "/").status, 200u);
  CAF_CHECK(client{at}.ask("GET", "/api/x").status == 401u);
  CAF_CHECK_EQUAL(at.gate->shown_address, "127.0.0.1");
}

CAF_TEST(the_owner_of_the_unix_socket_is_admin_without_logging_in) {
  const socket_path path;
  site at;
  caller who;
  at.add(
    verb::get, "/api/who",
    [&](const request& asked, const reply& say) {
      who = asked.who;
      say({});
    },
    role::admin);
  at.start();
  at.on->listen(path.bind());
  CAF_CHECK_EQUAL(client(at, path.text()).ask("GET", "/api/who").status, 200u);
  CAF_CHECK_EQUAL(who.name, "local");
  CAF_CHECK_EQUAL(who.address, "unix");
  CAF_CHECK_EQUAL(client{at}.ask("GET", "/api/who").status, 401u);
}

// Who forwards a port to the socket opens it to the pages of their browser.
CAF_TEST(the_owners_browser_is_not_to_be_misled) {
  const socket_path path;
  site at;
  at.add(verb::get, "/api/who", says({}), role::admin);
  at.start();
  at.on->listen(path.bind());
  const auto asked = [&](const std::string& lines) {
    client who{at, path.text()};
    who.send("GET /api/who HTTP/1.1\r\n" + lines + "\r\n");
    return who.receive().status;
  };
  CAF_CHECK_EQUAL(asked("Host: localhost:8080\r\nOrigin: http://localhost:8080\r\n"), 200u);
  CAF_CHECK_EQUAL(asked("Host: localhost:8080\r\nOrigin: http://evil.example\r\n"), 403u);
  CAF_CHECK_EQUAL(asked("Host: localhost:8080\r\nSec-Fetch-Site: cross-site\r\n"), 403u);
  CAF_CHECK_EQUAL(asked("Host: evil.example\r\n"), 403u);
}

CAF_TEST(the_unix_socket_is_its_owners_and_goes_with_the_server) {
  const socket_path path;
  {
    site at;
    at.start();
    at.on->listen(path.bind());
    struct ::stat found {};
    CAF_REQUIRE_EQUAL(::stat(path.text().c_str(), &found), 0);
    CAF_CHECK_EQUAL(found.st_mode & 0777u, 0600u);
    CAF_CHECK(why_not(*at.on, path.bind()).find("in use") != std::string::npos);
    CAF_CHECK(std::filesystem::exists(path.text()));
  }
  CAF_CHECK(!std::filesystem::exists(path.text()));
}

CAF_TEST(a_stale_unix_socket_is_replaced_and_another_file_is_not) {
  const socket_path path;
  {
    boost::asio::io_context io;
    boost::asio::local::stream_protocol::acceptor dead{io, boost::asio::local::stream_protocol::endpoint{path.text()}};
  }
  CAF_REQUIRE(std::filesystem::exists(path.text()));
  site at;
  at.start();
  CAF_CHECK_EQUAL(why_not(*at.on, path.bind()), "");
  CAF_CHECK_EQUAL(client(at, path.text()).ask("GET", "/").status, 200u);
  CAF_CHECK(why_not(*at.on, {.host = {}, .port = 0, .unix_path = path.folder}).find("no socket") != std::string::npos);
}

CAF_TEST(too_many_connections_are_told_so) {
  site at{{.connections_max = 2, .close_time_max = 100ms}};
  at.start();
  client first{at};
  CAF_CHECK_EQUAL(first.ask("GET", "/").status, 200u);
  {
    client second{at};
    CAF_CHECK_EQUAL(second.ask("GET", "/").status, 200u);
    client third{at};
    third.send(request_text("GET", "/"));
    CAF_CHECK_EQUAL(third.receive().status, 503u);
    CAF_CHECK(third.is_ended());
  }
  CAF_CHECK_EQUAL(at.on->counters().connections_turned_away, 1u);
  CAF_CHECK(at.until([&] { return at.on->counters().connections_open == 1; }));
  CAF_CHECK_EQUAL(client{at}.ask("GET", "/").status, 200u);
}

CAF_TEST(a_crowd_is_cut_off_and_leaves_nothing) {
  const socket_path path;
  site at{{.connections_max = 8, .close_time_max = 50ms}};
  at.start();
  at.on->listen(path.bind());
  std::vector<std::unique_ptr<client>> crowd;
  for (int i = 0; i < 200; ++i) crowd.push_back(std::make_unique<client>(at));
  CAF_CHECK(at.until([&] { return at.on->counters().connections_turned_away == 192; }));
  CAF_CHECK(at.until([&] { return at.on->counters().connections_open == 8; }));
  CAF_CHECK_EQUAL(client(at, path.text()).ask("GET", "/").status, 200u);
  crowd.clear();
  CAF_CHECK(at.until_idle());
  CAF_CHECK_EQUAL(client{at}.ask("GET", "/").status, 200u);
}

CAF_TEST(stopping_lets_a_request_finish_and_ends_the_rest) {
  const socket_path path;
  site at;
  reply later;
  at.add(verb::post, "/api/slow", [&](const request&, reply say) { later = std::move(say); });
  at.start();
  at.on->listen(path.bind());
  client idle{at};
  CAF_CHECK_EQUAL(idle.ask("GET", "/").status, 200u);
  client busy{at};
  busy.send(request_text("POST", "/api/slow", json, "{}"));
  CAF_CHECK(at.until([&] { return later != nullptr; }));
  at.on->stop();
  CAF_CHECK(!std::filesystem::exists(path.text()));
  CAF_CHECK(idle.is_ended());
  later({});
  const auto answered = busy.receive();
  CAF_CHECK_EQUAL(answered.status, 200u);
  CAF_CHECK_EQUAL(answered.header.at("connection"), "close");
  busy.close();
  at.io.restart();
  at.io.run_for(10s);
  CAF_CHECK(at.io.stopped());
  CAF_CHECK_EQUAL(at.on->counters().connections_open, 0u);
}

CAF_TEST(stopping_does_not_wait_for_ever) {
  site at{{.stop_time_max = 20ms}};
  reply never;
  at.add(verb::get, "/api/slow", [&](const request&, reply say) { never = std::move(say); });
  at.start();
  client busy{at};
  busy.send(request_text("GET", "/api/slow"));
  CAF_CHECK(at.until([&] { return never != nullptr; }));
  at.on->stop();
  CAF_CHECK(busy.is_ended());
  CAF_CHECK(at.until_idle());
}

CAF_TEST(a_server_may_go_while_requests_are_under_way) {
  reply never;
  {
    site at;
    at.add(verb::get, "/api/slow", [&](const request&, reply say) { never = std::move(say); });
    at.start();
    client busy{at};
    busy.send(request_text("GET", "/api/slow"));
    CAF_CHECK(at.until([&] { return never != nullptr; }));
  }
  never({});
}

}  // namespace troupe::admin::test
