#define CAF_SUITE admin_websocket
#include "actors/admin/http/websocket.hpp"

#include <stdexcept>

#include <caf/test/unit_test.hpp>

#include "tests/actors/admin/http/site.hpp"

namespace troupe::admin::test {

namespace {

using boost::beast::http::verb;
using namespace std::chrono_literals;

constexpr std::string_view upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
constexpr std::string_view viewer = "Authorization: viewer\r\n";

enum opcode : unsigned { text_frame = 1, close_frame = 8, ping_frame = 9, pong_frame = 10 };

struct frame {
  unsigned opcode = 0;  ///< 0: the connection ended first
  std::string payload;

  unsigned close_code() const {
    if (opcode != close_frame || payload.size() < 2) return 0;
    return static_cast<unsigned>(static_cast<unsigned char>(payload[0]) * 256 + static_cast<unsigned char>(payload[1]));
  }
};

std::size_t number(const std::string& bytes) {
  std::size_t result = 0;
  for (const char each : bytes) result = result * 256 + static_cast<unsigned char>(each);
  return result;
}

frame read_frame(client& from) {
  const auto head = from.take(2);
  if (head.size() < 2) return {};
  auto size = static_cast<std::size_t>(head[1]);
  if (size == 126) size = number(from.take(2));
  if (size == 127) size = number(from.take(8));
  return {static_cast<unsigned char>(head[0]) & 0xfu, from.take(size)};
}

/// As a client sends it: masked, with a mask that changes nothing.
std::string masked(unsigned code, const std::string& payload) {
  std::string result;
  result += static_cast<char>(0x80u | code);
  result += static_cast<char>(0x80u | payload.size());
  return result + std::string(4, '\0') + payload;
}

struct fixture {
  explicit fixture(server_options with = {}) : at{std::move(with)} {
    at.add("/api/events", [this](const request& asked, std::shared_ptr<stream> got) {
      opened.push_back(got);
      asked_for = asked.parameter("kinds");
      got->on_close([this] { ++ended; });
    });
    at.start();
  }

  /// A client whose upgrade is answered with this status.
  unsigned open(client& by, std::string_view lines) {
    const auto before = opened.size();
    by.send(request_text("GET", "/api/events?kinds=a,b", std::string{upgrade} + std::string{lines}));
    const auto status = by.receive().status;
    if (status == 101) at.until([&] { return opened.size() > before; });
    return status;
  }

  site at;
  std::vector<std::shared_ptr<stream>> opened;
  std::string asked_for;
  int ended = 0;
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(websocket_tests, fixture)

CAF_TEST(what_is_sent_arrives_in_order) {
  client who{at};
  who.send(request_text("GET", "/api/events?kinds=a,b", std::string{upgrade} + std::string{viewer}));
  const auto accepted = who.receive();
  CAF_CHECK_EQUAL(accepted.status, 101u);
  CAF_CHECK_EQUAL(accepted.header.at("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  CAF_REQUIRE(at.until([&] { return opened.size() == 1; }));
  CAF_CHECK_EQUAL(asked_for, "a,b");
  for (const std::size_t size : {0u, 1u, 125u, 126u, 70'000u}) opened.front()->send(std::string(size, 'e'));
  for (const std::size_t size : {0u, 1u, 125u, 126u, 70'000u}) {
    const auto got = read_frame(who);
    CAF_CHECK_EQUAL(got.opcode, text_frame);
    CAF_CHECK_EQUAL(got.payload.size(), size);
  }
  CAF_CHECK_EQUAL(at.on->counters().streams_open, 1u);
}

CAF_TEST(who_may_not_listen_is_refused_as_for_a_route) {
  const auto refused = [&](std::string_view lines) {
    client who{at};
    return open(who, lines);
  };
  CAF_CHECK_EQUAL(refused(""), 401u);
  CAF_CHECK_EQUAL(refused("Authorization: wrong\r\n"), 401u);
  CAF_CHECK_EQUAL(refused("Authorization: viewer\r\nOrigin: http://evil.example\r\n"), 403u);
  CAF_CHECK_EQUAL(refused("Authorization: viewer\r\nOrigin: null\r\n"), 403u);
  CAF_CHECK_EQUAL(refused("Authorization: viewer\r\nOrigin: https://localhost:1\r\n"), 403u);
  CAF_CHECK_EQUAL(refused("Authorization: viewer\r\nSec-Fetch-Site: same-site\r\n"), 403u);
  CAF_CHECK_EQUAL(refused("Authorization: viewer\r\nOrigin: http://localhost\r\n"), 101u);
  CAF_CHECK_EQUAL(refused("Authorization: viewer\r\nOrigin: https://localhost\r\n"), 101u);  // TLS of a proxy
}

CAF_TEST(a_request_without_upgrade_is_told_to) {
  client who{at};
  const auto refused = who.ask("GET", "/api/events", viewer);
  CAF_CHECK_EQUAL(refused.status, 426u);
  CAF_CHECK_EQUAL(refused.header.at("upgrade"), "websocket");
  CAF_CHECK_EQUAL(who.ask("POST", "/api/events", viewer).status, 405u);
  client odd{at};
  const auto half = odd.ask("GET", "/api/events", "Authorization: viewer\r\nUpgrade: websocket\r\n");
  CAF_CHECK_EQUAL(half.status, 400u);
  CAF_CHECK_EQUAL(half.header.count("x-frame-options"), 1u);
  CAF_CHECK(opened.empty());
}

CAF_TEST(nothing_may_follow_the_upgrade_before_its_answer) {
  client who{at};
  who.send(request_text("GET", "/api/events", std::string{upgrade} + std::string{viewer}) + request_text("GET", "/"));
  CAF_CHECK_EQUAL(who.receive().status, 400u);
  CAF_CHECK(who.is_ended());
}

CAF_TEST(a_handler_may_close) {
  client who{at};
  CAF_CHECK_EQUAL(open(who, viewer), 101u);
  opened.front()->send("last");
  at.io.poll();
  opened.front()->close(4000, "because");
  opened.front()->send("too late");
  CAF_CHECK(!opened.front()->is_open());
  CAF_CHECK_EQUAL(read_frame(who).payload, "last");
  const auto got = read_frame(who);
  CAF_CHECK_EQUAL(got.close_code(), 4000u);
  CAF_CHECK_EQUAL(got.payload.substr(2), "because");
  who.send(masked(close_frame, got.payload.substr(0, 2)));
  CAF_CHECK(who.is_ended());
  CAF_CHECK(at.until([&] { return ended == 1; }));
}

CAF_TEST(a_client_may_close_or_vanish) {
  client polite{at};
  CAF_CHECK_EQUAL(open(polite, viewer), 101u);
  polite.send(masked(close_frame, "\x03\xe8"));
  CAF_CHECK_EQUAL(read_frame(polite).close_code(), 1000u);
  CAF_CHECK(at.until([&] { return ended == 1; }));
  client rude{at};
  CAF_CHECK_EQUAL(open(rude, viewer), 101u);
  rude.close();
  CAF_CHECK(at.until([&] { return ended == 2; }));
  for (const auto& each : opened) {
    CAF_CHECK(!each->is_open());
    each->send("to nobody");
  }
  bool told = false;
  opened.back()->on_close([&] { told = true; });
  CAF_CHECK(told);
  CAF_CHECK(at.until_idle());
  CAF_CHECK_EQUAL(at.on->counters().streams_open, 0u);
}

CAF_TEST(messages_of_the_client_are_not_taken) {
  client who{at};
  CAF_CHECK_EQUAL(open(who, viewer), 101u);
  who.send(masked(ping_frame, "p"));
  const auto pong = read_frame(who);
  CAF_CHECK_EQUAL(pong.opcode, pong_frame);
  who.send(masked(text_frame, "hello"));
  CAF_CHECK_EQUAL(read_frame(who).close_code(), 1008u);
  CAF_CHECK(at.until([&] { return ended == 1; }));
}

CAF_TEST(what_is_no_frame_ends_the_stream) {
  client who{at};
  CAF_CHECK_EQUAL(open(who, viewer), 101u);
  who.send("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff");
  CAF_CHECK(who.is_ended());
  CAF_CHECK(at.until([&] { return ended == 1; }));
}

CAF_TEST(stopping_says_farewell_to_streams) {
  client who{at};
  CAF_CHECK_EQUAL(open(who, viewer), 101u);
  at.on->stop();
  CAF_CHECK_EQUAL(read_frame(who).close_code(), 1001u);
  who.send(masked(close_frame, "\x03\xe9"));
  CAF_CHECK(at.until_idle());
  CAF_CHECK_EQUAL(ended, 1);
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST(a_slow_reader_is_closed_and_counted) {
  fixture with{{.stream_queue_bytes_max = 100'000, .close_time_max = 5s}};
  client who{with.at};
  CAF_CHECK_EQUAL(with.open(who, viewer), 101u);
  auto& to = *with.opened.front();
  int sent = 0;
  for (; sent < 10'000 && to.is_open(); ++sent) {
    to.send(std::string(10'000, 'e'));
    with.at.io.restart();
    with.at.io.poll();
  }
  CAF_CHECK(!to.is_open());
  CAF_CHECK_EQUAL(with.at.on->counters().streams_too_slow, 1u);
  frame last;
  int got = 0;
  while ((last = read_frame(who)).opcode == text_frame) ++got;
  CAF_CHECK_EQUAL(last.close_code(), 1008u);
  CAF_CHECK(got < sent);
}

CAF_TEST(a_slow_reader_that_never_reads_is_cut) {
  fixture with{{.stream_queue_bytes_max = 100'000, .close_time_max = 20ms}};
  client who{with.at};
  CAF_CHECK_EQUAL(with.open(who, viewer), 101u);
  auto& to = *with.opened.front();
  for (int i = 0; i < 10'000 && to.is_open(); ++i) {
    to.send(std::string(10'000, 'e'));
    with.at.io.restart();
    with.at.io.poll();
  }
  CAF_CHECK(with.at.until([&] { return with.ended == 1; }));
  CAF_CHECK(with.at.until_idle());
}

CAF_TEST(empty_messages_count_as_well) {
  fixture with{{.stream_queue_bytes_max = 10'000}};
  client who{with.at};
  CAF_CHECK_EQUAL(with.open(who, viewer), 101u);
  for (int i = 0; i < 1'000; ++i) with.opened.front()->send("");
  CAF_CHECK_EQUAL(with.at.on->counters().streams_too_slow, 1u);
}

CAF_TEST(streams_have_a_limit) {
  fixture with{{.streams_max = 2, .close_time_max = 50ms}};
  client first{with.at};
  CAF_CHECK_EQUAL(with.open(first, viewer), 101u);
  {
    client second{with.at};
    CAF_CHECK_EQUAL(with.open(second, viewer), 101u);
    client third{with.at};
    CAF_CHECK_EQUAL(with.open(third, viewer), 503u);
  }
  CAF_CHECK(with.at.until([&] { return with.at.on->counters().streams_open == 1; }));
  client fourth{with.at};
  CAF_CHECK_EQUAL(with.open(fourth, viewer), 101u);
}

CAF_TEST(a_silent_peer_is_pinged_and_then_gone) {
  fixture with{{.ping_interval = 100ms}};
  client who{with.at};
  CAF_CHECK_EQUAL(with.open(who, viewer), 101u);
  for (int i = 0; i < 3; ++i) {
    const auto got = read_frame(who);
    CAF_CHECK_EQUAL(got.opcode, ping_frame);
    who.send(masked(pong_frame, got.payload));
  }
  CAF_CHECK_EQUAL(with.ended, 0);
  CAF_CHECK(with.at.until([&] { return with.ended == 1; }));
}

CAF_TEST(a_stream_ends_with_its_callers_right) {
  for (const auto what : {&name_gate::is_locked, &name_gate::is_broken}) {
    fixture with{{.ping_interval = 100ms}};
    client who{with.at};
    CAF_CHECK_EQUAL(with.open(who, viewer), 101u);
    frame got = read_frame(who);
    CAF_CHECK_EQUAL(got.opcode, ping_frame);
    who.send(masked(pong_frame, got.payload));
    (*with.at.gate).*what = true;
    while ((got = read_frame(who)).opcode == ping_frame) who.send(masked(pong_frame, got.payload));
    CAF_CHECK_EQUAL(got.close_code(), 1008u);
  }
}

CAF_TEST(a_handler_that_throws_ends_its_stream_only) {
  site at;
  at.add("/api/events", [](const request&, const std::shared_ptr<stream>&) { throw std::runtime_error{"secret"}; });
  at.start();
  client who{at};
  who.send(request_text("GET", "/api/events", std::string{upgrade} + std::string{viewer}));
  CAF_CHECK_EQUAL(who.receive().status, 101u);
  CAF_CHECK_EQUAL(read_frame(who).close_code(), 1011u);
  CAF_CHECK_EQUAL(client{at}.ask("GET", "/").status, 200u);
}

}  // namespace troupe::admin::test
