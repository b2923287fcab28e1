#define CAF_SUITE admin_autopsy
#include "actors/admin/history/autopsy.hpp"

#include <algorithm>

#include <caf/test/unit_test.hpp>

using namespace troupe::admin;
using namespace std::chrono_literals;
using enum event_kind;

namespace {

constexpr since_1970 two_o_clock = 1'700'056'800s;  // 2023-11-15 14:00:00 UTC

struct fixture {
  std::vector<event> events;  // the oldest first
  bool is_connected = false;

  event& happened(std::chrono::seconds after, event_kind kind) {
    return events.emplace_back(event{.id = events.size() + 1, .at = two_o_clock + after, .kind = kind, .client = "c"});
  }
  event& connected(std::chrono::seconds after = 131s, std::string address = "10.0.0.7:4100") {
    auto& result = happened(after, client_connected);
    result.address = std::move(address);
    result.listener = "ws";
    return result;
  }
  event& disconnected(std::string_view by, std::optional<std::uint8_t> reason = {}, std::string text = {}) {
    auto& result = happened(5min, client_disconnected);
    result.by = by;
    result.reason_code = reason;
    result.text = std::move(text);
    return result;
  }
  event& refused(std::chrono::seconds after, std::uint8_t reason, std::string text = {}) {
    auto& result = happened(after, client_refused);
    result.reason_code = reason;
    result.text = std::move(text);
    result.address = "10.0.0.7:4101";
    result.listener = "tcp";
    return result;
  }

  std::vector<std::string> sentences() const {
    auto newest_first = events;
    std::ranges::reverse(newest_first);
    return autopsy({.events = newest_first, .connected = is_connected, .clock = {.now = two_o_clock + 2h}});
  }
  std::string summary() const { return sentences().front(); }
  std::string last() const { return sentences().back(); }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(autopsy_tests, fixture)

CAF_TEST(nothing_is_known_of_a_client_without_events) {
  CAF_CHECK_EQUAL(sentences().size(), 1u);
  CAF_CHECK(summary().starts_with("Nothing is known of it"));
  is_connected = true;
  CAF_CHECK_EQUAL(summary(), "It is connected; what happened before is not known any more.");
}

CAF_TEST(a_client_that_is_connected) {
  connected().text = "MQTT 5, keep alive 60 s";
  is_connected = true;
  CAF_CHECK_EQUAL(summary(), "It is connected since 14:02:11 UTC, from 10.0.0.7:4100.");
  CAF_CHECK_EQUAL(last(), "At 14:02:11 it connected from 10.0.0.7:4100 through listener ws (MQTT 5, keep alive 60 s).");
}

CAF_TEST(a_connection_of_which_only_the_one_before_is_known) {
  connected();
  disconnected(by_client, 0x00);
  is_connected = true;
  CAF_CHECK_EQUAL(summary(), "It is connected; when it came is not known.");
}

CAF_TEST(taken_over_by_a_connection_that_is_still_there) {
  connected();
  auto& takeover = happened(5min, client_taken_over);
  takeover.address = "10.0.0.9:5123";
  takeover.reason_code = 0x8E;
  disconnected(by_node, 0x8E, "taken over by another connection");
  connected(5min, "10.0.0.9:5123");
  is_connected = true;
  const auto said = sentences();
  CAF_REQUIRE_EQUAL(said.size(), 4u);
  CAF_CHECK_EQUAL(said[0],
                  "It is connected since 14:05:00 UTC, from 10.0.0.9:5123. The connection before that one ended at "
                  "14:05:00: another connection took the session over: it came from 10.0.0.9:5123, with the same "
                  "client id.");
  CAF_CHECK_EQUAL(said[2],
                  "At 14:05:00 another connection took the session over: it came from 10.0.0.9:5123, with the same "
                  "client id. The old one was from 10.0.0.7:4100. The old connection was told 0x8E (session taken "
                  "over).");
  CAF_CHECK_EQUAL(said[3], "At 14:05:00 it connected from 10.0.0.9:5123 through listener ws.");
}

CAF_TEST(the_end_of_a_connection_is_told_once_whichever_event_came_first) {
  connected();
  disconnected(by_node, 0x8E);
  happened(5min, client_taken_over).address = "10.0.0.9:5123";
  CAF_CHECK_EQUAL(sentences().size(), 3u);
  CAF_CHECK_EQUAL(last(),
                  "At 14:05:00 another connection took the session over: it came from 10.0.0.9:5123, with the same "
                  "client id. The old one was from 10.0.0.7:4100. The old connection was closed.");
}

CAF_TEST(a_takeover_of_which_only_the_disconnect_is_known) {
  disconnected(by_node, 0x8E);
  CAF_CHECK_EQUAL(summary(),
                  "It is gone since 14:05:00 UTC: another connection with the same client id took the session over.");
}

CAF_TEST(kicked_by_an_operator) {
  connected();
  auto& kick = happened(5min, client_kicked);
  kick.by = "ada";
  kick.reason_code = 0x98;
  disconnected(by_node, 0x98, "closed by the server");
  CAF_CHECK_EQUAL(sentences().size(), 3u);
  CAF_CHECK_EQUAL(summary(), "It is gone since 14:05:00 UTC: operator ada cut the connection.");
  CAF_CHECK_EQUAL(last(), "At 14:05:00 operator ada cut the connection. It was told 0x98 (administrative action).");
}

CAF_TEST(a_client_that_left_after_it_was_to_be_cut_has_both_told) {
  connected();
  happened(5min, client_kicked).by = "ada";
  disconnected(by_client);
  CAF_CHECK_EQUAL(sentences().size(), 4u);
}

CAF_TEST(silent_for_longer_than_its_keep_alive) {
  connected().text = "MQTT 3.1.1, keep alive 60 s, clean start";
  disconnected(by_node, 0x8D, "keep alive timeout");
  CAF_CHECK_EQUAL(last(),
                  "At 14:05:00 nothing was heard from it for 90 s (keep alive 60 s): the node gave up on it. It was "
                  "told 0x8D (keep alive timeout).");
}

CAF_TEST(a_connection_that_broke) {
  disconnected(by_network, {}, "TCP reset");
  CAF_CHECK_EQUAL(summary(), "It is gone since 14:05:00 UTC: its connection broke: TCP reset.");
}

CAF_TEST(the_node_stopped) {
  disconnected(by_node, 0x8B, "the server shuts down");
  CAF_CHECK_EQUAL(summary(), "It is gone since 14:05:00 UTC: the node was shut down: the server shuts down.");
}

CAF_TEST(its_session_expired) {
  connected();
  disconnected(by_client, 0x00);
  happened(1h + 5min, session_ended).by = by_node;
  CAF_CHECK_EQUAL(summary(),
                  "It is gone since 14:05:00 UTC: it left in good order with DISCONNECT 0x00 (normal disconnection). "
                  "Its session ended at 15:05:00.");
  CAF_CHECK_EQUAL(last(),
                  "At 15:05:00 its session expired, 1 h after its connection had ended. What was queued for it is "
                  "lost.");
}

CAF_TEST(its_session_was_ended_on_purpose) {
  happened(5min, session_ended).by = "ada";
  CAF_CHECK_EQUAL(last(), "At 14:05:00 operator ada ended its session. What was queued for it is lost.");
  CAF_CHECK_EQUAL(summary(), "It is gone: at 14:05:00 UTC operator ada ended its session.");
  events.clear();
  happened(5min, session_ended).by = by_client;
  CAF_CHECK_EQUAL(last(), "At 14:05:00 its session ended, because the client wanted nothing to be kept.");
}

CAF_TEST(refused_because_of_a_wrong_password) {
  refused(5min, 0x86);
  CAF_CHECK_EQUAL(summary(),
                  "It could not connect: at 14:05:00 UTC its CONNECT from 10.0.0.7:4101 through listener tcp was "
                  "refused: user name or password is wrong.");
  CAF_CHECK_EQUAL(last(),
                  "At 14:05:00 its CONNECT from 10.0.0.7:4101 through listener tcp was refused: user name or password "
                  "is wrong. It was told 0x86 (bad user name or password).");
}

CAF_TEST(refused_again_and_again) {
  connected();
  disconnected(by_network);
  for (int i = 0; i < 500; ++i) refused(6min + std::chrono::seconds{i}, 0x86, "user name or password is wrong");
  refused(20min, 0x97, "node_limits.sessions_max is reached");
  const auto said = sentences();
  CAF_REQUIRE_EQUAL(said.size(), 5u);
  CAF_CHECK_EQUAL(said[3],
                  "At 14:06:00 its CONNECT from 10.0.0.7:4101 through listener tcp was refused: user name or password "
                  "is wrong. It was told 0x86 (bad user name or password). So it went 499 more times, the last one at "
                  "14:14:19.");
  CAF_CHECK_EQUAL(said[0],
                  "It is gone since 14:05:00 UTC: its connection broke. It could not connect again: at 14:20:00 its "
                  "CONNECT from 10.0.0.7:4101 through listener tcp was refused: a limit of the node was reached: "
                  "node_limits.sessions_max is reached.");
}

CAF_TEST(its_actor_crashed_and_was_restarted) {
  connected();
  happened(3min, actor_failed).text = "runtime_error(\"bad luck\")";
  happened(3min, actor_restarted);
  is_connected = true;
  const auto said = sentences();
  CAF_REQUIRE_EQUAL(said.size(), 4u);
  CAF_CHECK_EQUAL(said[2], "At 14:03:00 the actor that served it crashed: runtime_error(\"bad luck\").");
  CAF_CHECK_EQUAL(said[3], "At 14:03:00 its actor was restarted. Its successor went on with the same session.");
  CAF_CHECK_EQUAL(said[0], "It is connected since 14:02:11 UTC, from 10.0.0.7:4100.");
}

CAF_TEST(gone_with_the_node) {
  connected();
  CAF_CHECK(summary().starts_with("It is gone, and nothing tells why"));
}

CAF_TEST(of_a_long_history_the_end_is_told) {
  for (int i = 0; i < 300; ++i) {
    connected(std::chrono::seconds{i});
    disconnected(by_client, 0x00);
  }
  CAF_CHECK_EQUAL(sentences().size(), autopsy_sentences_max);
  CAF_CHECK(last().starts_with("At 14:05:00 it left"));
}

CAF_TEST(alarms_do_not_concern_a_client) {
  happened(1min, alarm_on);
  CAF_CHECK_EQUAL(sentences().size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
