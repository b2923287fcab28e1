#define CAF_SUITE admin_findings
#include "actors/admin/history/findings.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::admin;
using enum event_kind;

namespace {

event ended(std::string_view by, std::optional<std::uint8_t> reason = {}, std::string text = {}) {
  return {.kind = client_disconnected, .text = std::move(text), .reason_code = reason, .by = std::string{by}};
}

std::string what(const event& about) { return find_out(about, {}).what; }
std::string more(const event& about) { return find_out(about, {}).more; }

}  // namespace

CAF_TEST(closed_by_the_client_with_a_disconnect) {
  CAF_CHECK_EQUAL(what(ended(by_client, 0x00)), "it left in good order with DISCONNECT 0x00 (normal disconnection)");
  CAF_CHECK_EQUAL(what(ended(by_client, 0x04)),
                  "it left and wanted its will to be published with DISCONNECT 0x04 (disconnect with will message)");
  CAF_CHECK_EQUAL(what(ended(by_client, 0x93, "slow down")),
                  "it left because something was wrong for it with DISCONNECT 0x93 (receive maximum exceeded): slow "
                  "down");
}

CAF_TEST(closed_by_the_client_without_a_disconnect) {
  auto gone = ended(by_client);
  CAF_CHECK_EQUAL(what(gone), "it closed the connection without a DISCONNECT");
  CAF_CHECK_EQUAL(more(gone), "");
  gone.close_code = 1001;
  CAF_CHECK_EQUAL(more(gone), "Its WebSocket close code was 1001 (going away).");
}

CAF_TEST(a_broken_connection_is_nobodys_doing) {
  CAF_CHECK_EQUAL(what(ended(by_network)), "its connection broke");
  CAF_CHECK_EQUAL(what(ended(by_network, {}, "TCP reset")), "its connection broke: TCP reset");
}

CAF_TEST(cut_for_what_it_sent) {
  auto cut = ended(by_node, 0x82, "a second CONNECT");
  CAF_CHECK_EQUAL(what(cut), "it broke the rules of MQTT: a second CONNECT");
  CAF_CHECK_EQUAL(more(cut), "It was told 0x82 (protocol error).");
  cut.close_code = 1002;
  CAF_CHECK_EQUAL(more(cut), "It was told 0x82 (protocol error), WebSocket close code 1002 (protocol error).");
  CAF_CHECK_EQUAL(what(ended(by_node, 0x95)), "a packet was larger than allowed");
}

CAF_TEST(closed_by_the_node_without_a_word) {
  CAF_CHECK_EQUAL(what(ended(by_node)), "the node closed the connection");
  CAF_CHECK_EQUAL(what(ended("", {}, "ping timeout")), "the node closed the connection: ping timeout");
  CAF_CHECK_EQUAL(more(ended(by_node)), "");
}

CAF_TEST(every_reason_to_cut_a_client_has_words_of_its_own) {
  for (unsigned code = 0x80; code <= 0xA2; ++code)
    CAF_CHECK(!what(ended(by_node, static_cast<std::uint8_t>(code))).starts_with("the node closed"));
}

CAF_TEST(how_long_it_was_silent_follows_from_its_keep_alive) {
  CAF_CHECK_EQUAL(what(ended(by_node, 0x8D, "keep alive 7 s")),
                  "nothing was heard from it for 10 s (keep alive 7 s): the node gave up on it");
  const event connection{.kind = client_connected, .text = "MQTT 5, keep alive 65535 s"};
  CAF_CHECK_EQUAL(find_out(ended(by_node, 0x8D, "keep alive timeout"), {.connection = &connection}).what,
                  "nothing was heard from it for 27 h 18 min (keep alive 18 h 12 min): the node gave up on it");
  for (const auto* text : {"keep alive timeout", "keep alive 0 s", "keep alive ", ""})
    CAF_CHECK_EQUAL(what(ended(by_node, 0x8D, text)),
                    "nothing was heard from it for longer than its keep alive allows: the node gave up on it");
}

CAF_TEST(what_says_the_same_twice_is_said_once) {
  CAF_CHECK_EQUAL(what({.kind = client_refused, .text = "it is banned", .reason_code = 0x8A}),
                  "its CONNECT was refused: it is banned");
}

CAF_TEST(alarms_tell_nothing_about_a_client) { CAF_CHECK_EQUAL(what({.kind = alarm_on, .text = "memory"}), ""); }
