#define CAF_SUITE transport_link_set
#include "transport/link_set.hpp"

#include <string>

#include <malloc.h>

#include <caf/test/unit_test.hpp>

#include "tests/transport/server.hpp"
#include "transport/websocket/deflate.hpp"

namespace troupe::transport::test {

namespace {

constexpr std::string_view offer = "Sec-WebSocket-Extensions: permessage-deflate\r\n";

config::listener_options compressing() {
  auto options = websocket_options();
  options.websocket.deflate.enabled = true;
  return options;
}

std::string compressed_frame(std::string_view message) {
  const auto view = bytes_of(message);
  std::vector<std::byte> packed;
  websocket::deflater{15, 8, 9}.message({&view, 1}, packed);
  return client_frame(text_of(packed), websocket::opcode::binary, true);
}

}  // namespace

CAF_TEST(an_idle_websocket_link_costs_at_most_200_bytes) {
  server on{websocket_options()};
  client with{*on.listening};
  CAF_REQUIRE(upgrade(on, with));
  with.send(client_frame(packet(100)));
  CAF_REQUIRE(on.until([&] { return on.events.packets.size() == 1; }));
  send_text(*on.opened[0], "answer");
  CAF_REQUIRE(on.until([&] { return with.ended() || frames_of(with).data == "answer"; }));
  auto& link = static_cast<socket_link&>(*on.opened[0]);
  CAF_CHECK_LESS_OR_EQUAL(sizeof(socket_link), 200u);
  CAF_CHECK_LESS_OR_EQUAL(::malloc_usable_size(&link), 200u);
  CAF_CHECK(!link.unread);
  CAF_CHECK(!link.pending);
  CAF_CHECK(!link.handshake_bytes);
}

CAF_TEST(close_sends_what_is_queued_then_the_code_and_waits_for_the_peer) {
  const std::pair<close_reason, int> cases[] = {{close_reason::normal, 1000},
                                                {close_reason::going_away, 1001},
                                                {close_reason::policy_violation, 1008},
                                                {close_reason::too_large, 1009},
                                                {close_reason::try_again_later, 1013}};
  for (const auto& [why, code] : cases) {
    server on{websocket_options()};
    client with{*on.listening};
    CAF_REQUIRE(upgrade(on, with));
    send_text(*on.opened[0], "last words");
    on.opened[0]->close(why, "because");
    send_text(*on.opened[0], "too late");
    CAF_REQUIRE(on.until([&] {
      with.read();
      return frames_of(with).close_code != 0;
    }));
    CAF_CHECK_EQUAL(int{frames_of(with).close_code}, code);
    CAF_CHECK_EQUAL(frames_of(with).close_text, "because");
    CAF_CHECK_EQUAL(frames_of(with).data, "last words");
    with.send(client_frame(packet(5)) + client_frame("\x03\xe8", websocket::opcode::close));
    CAF_CHECK(on.until([&] { return with.ended(); }));
    CAF_CHECK_EQUAL(on.events.closes, 0);
    with.close();
    CAF_CHECK(on.until([&] { return on.events.closes == 1; }));
    CAF_CHECK(on.events.closed == close_cause::closed_by_node);
    CAF_CHECK(on.events.packets.empty());
    CAF_CHECK_EQUAL(on.links.size(), 0u);
  }
}

CAF_TEST(a_reason_reaches_a_peer_that_is_still_sending) {
  server on;
  client with{*on.listening};
  on.events.during_packet = [](link& from, auto) {
    send_text(from, "reason");
    from.close(close_reason::protocol_error, "");
  };
  for (int i = 0; i < 200; ++i) with.send(packet(10'000));
  CAF_CHECK(on.until([&] { return with.ended(); }));
  CAF_CHECK_EQUAL(with.received, "reason");
  CAF_CHECK(!with.was_reset());
  for (int i = 0; i < 200; ++i) with.send(packet(10'000));
  for (int i = 0; i < 20; ++i) on.turn();
  CAF_CHECK(!with.was_reset());
  CAF_CHECK_EQUAL(on.events.packets.size(), 1u);
}

CAF_TEST(a_peer_that_ignores_the_close_is_cut_after_the_linger) {
  for (const auto type : {config::listener_type::tcp, config::listener_type::ws}) {
    config::listener_options options;
    options.type = type;
    server on{options};
    client with{*on.listening};
    if (type == config::listener_type::ws) CAF_REQUIRE(upgrade(on, with));
    CAF_REQUIRE(on.until([&] { return on.opened.size() == 1; }));
    on.opened[0]->close(close_reason::normal, "");
    for (int i = 0; i < 20; ++i) on.turn();
    CAF_CHECK_EQUAL(on.events.closes, 0);
    on.links.advance(node_clock::now() + 3s);
    CAF_CHECK_EQUAL(on.events.closes, 1);
    CAF_CHECK_EQUAL(on.links.size(), 0u);
  }
}

CAF_TEST(output_that_the_peer_never_takes_does_not_keep_a_closing_link) {
  config::listener_options options;
  options.send_buffer_bytes = 16 * 1024;
  server on{options};
  client deaf{*on.listening, 4096};
  CAF_REQUIRE(on.until([&] { return on.opened.size() == 1; }));
  send_text(*on.opened[0], std::string(1'000'000, 'x'));
  on.opened[0]->close(close_reason::normal, "");
  for (int i = 0; i < 20; ++i) on.turn();
  CAF_CHECK_EQUAL(on.links.size(), 1u);
  on.links.advance(node_clock::now() + 3s);
  CAF_CHECK_EQUAL(on.links.size(), 0u);
}

CAF_TEST(the_peers_close_frame_is_answered_and_its_handler_told_at_once) {
  server on{websocket_options()};
  client with{*on.listening};
  CAF_REQUIRE(upgrade(on, with));
  with.send(client_frame("\x0f\xa1 bye", websocket::opcode::close));
  CAF_CHECK(on.until([&] { return on.events.closes == 1; }));
  CAF_CHECK(on.events.closed == close_cause::closed_by_peer);
  CAF_CHECK(on.until([&] { return with.ended(); }));
  CAF_CHECK_EQUAL(int{frames_of(with).close_code}, 0x0fa1);
  with.close();
  CAF_CHECK(on.until([&] { return on.links.size() == 0; }));
  CAF_CHECK_EQUAL(on.events.closes, 1);
}

CAF_TEST(a_peer_that_shuts_down_gets_the_answers_of_the_turn) {
  server on;
  client with{*on.listening};
  on.events.during_packet = [](link& from, auto) { send_text(from, "answer"); };
  with.send(packet(1));
  with.shut_down();
  CAF_CHECK(on.until([&] { return with.ended(); }));
  CAF_CHECK_EQUAL(with.received, "answer");
  CAF_CHECK(on.events.closed == close_cause::closed_by_peer);
}

CAF_TEST(a_peer_that_shuts_down_still_learns_why_it_is_closed) {
  server on;
  client with{*on.listening};
  on.events.during_packet = [](link& from, auto) {
    send_text(from, "reason");
    from.close(close_reason::protocol_error, "");
  };
  with.send(packet(1));
  with.shut_down();
  CAF_CHECK(on.until([&] { return with.ended() && on.events.closes == 1; }));
  CAF_CHECK_EQUAL(with.received, "reason");
}

CAF_TEST(a_reset_is_told_once) {
  server on;
  client with{*on.listening};
  CAF_REQUIRE(on.until([&] { return on.opened.size() == 1; }));
  with.reset();
  CAF_CHECK(on.until([&] { return on.events.closes == 1; }));
  CAF_CHECK(on.events.closed == close_cause::reset);
  CAF_CHECK_EQUAL(on.links.size(), 0u);
  CAF_CHECK_EQUAL(on.listening->connections(), 0u);
}

CAF_TEST(a_reset_ends_a_paused_link_too) {
  server on;
  client with{*on.listening};
  CAF_REQUIRE(on.until([&] { return on.opened.size() == 1; }));
  on.opened[0]->pause();
  with.reset();
  CAF_CHECK(on.until([&] { return on.events.closes == 1; }));
}

CAF_TEST(close_all_ends_open_links_and_handshakes) {
  server on{websocket_options()};
  client open{*on.listening};
  CAF_REQUIRE(upgrade(on, open));
  client half{*on.listening};
  CAF_REQUIRE(on.until([&] { return on.links.size() == 2; }));
  on.links.close_all(close_reason::going_away, "stopping");
  CAF_CHECK(on.until([&] {
    open.read();
    return frames_of(open).close_code == 1001 && half.ended();
  }));
  CAF_CHECK_EQUAL(on.links.size(), 1u);
}

CAF_TEST(closing_other_links_from_a_handler_is_safe) {
  server on;
  client first{*on.listening}, second{*on.listening}, third{*on.listening};
  CAF_REQUIRE(on.until([&] { return on.opened.size() == 3; }));
  on.events.during_packet = [&](link&, auto) {
    for (auto* each : on.opened) each->close(close_reason::normal, "");
  };
  first.send(packet(1) + packet(1));
  second.send(packet(1));
  CAF_CHECK(on.until([&] { return first.ended() && second.ended() && third.ended(); }));
  CAF_CHECK_EQUAL(on.events.packets.size(), 1u);
}

CAF_TEST(a_silent_websocket_peer_is_pinged_and_cut_after_the_grace) {
  auto options = websocket_options();
  options.websocket.ping_interval = 30s;
  options.websocket.ping_grace = 90s;
  server on{options};
  client with{*on.listening};
  CAF_REQUIRE(upgrade(on, with));
  const auto start = node_clock::now();
  on.links.advance(start + 29s);
  on.turn();
  CAF_CHECK_EQUAL(frames_of(with).pings, 0);
  on.links.advance(start + 31s);
  CAF_CHECK(on.until([&] {
    with.read();
    return frames_of(with).pings == 1;
  }));
  with.send(client_frame("", websocket::opcode::pong));
  const auto before = on.stats.bytes_received.value();
  CAF_REQUIRE(on.until([&] { return on.stats.bytes_received.value() > before; }));
  on.links.advance(start + 62s);
  CAF_CHECK(on.until([&] {
    with.read();
    return frames_of(with).pings == 2;
  }));
  on.links.advance(start + 149s);
  on.turn();
  CAF_CHECK_EQUAL(frames_of(with).close_code, 0u);
  on.links.advance(start + 153s);
  CAF_CHECK(on.until([&] {
    with.read();
    return frames_of(with).close_code == 1008;
  }));
  with.close();
  CAF_CHECK(on.until([&] { return on.events.closed == close_cause::ping_timeout; }));
}

CAF_TEST(compressed_messages_are_inflated_and_answered_compressed) {
  server on{compressing()};
  client with{*on.listening};
  CAF_REQUIRE(upgrade(on, with, offer));
  const auto large = packet(50'000, 'c');
  const auto compressed = compressed_frame(large);
  on.events.during_packet = [](link& from, auto) { from.pause(); };
  with.send(client_frame(packet(2)) + compressed + compressed + client_frame(packet(3)));
  for (std::size_t count = 1; count <= 4; ++count) {
    CAF_REQUIRE(on.until([&] { return on.events.packets.size() == count; }));
    for (int i = 0; i < 5; ++i) on.turn();
    CAF_CHECK_EQUAL(on.events.packets.size(), count);
    on.opened[0]->resume();
  }
  CAF_CHECK(on.events.packets[1] == large && on.events.packets[2] == large);
  CAF_CHECK_EQUAL(on.events.packets[3], packet(3));
  const auto before = on.stats.bytes_sent.value();
  send_text(*on.opened[0], large);
  CAF_REQUIRE(on.until([&] { return on.stats.bytes_sent.value() > before; }));
  CAF_CHECK_LESS(on.stats.bytes_sent.value() - before, 1000u);
}

CAF_TEST(a_compressed_bomb_is_stopped_at_the_limit) {
  auto options = compressing();
  options.limits.packet_bytes_max = 100'000;
  std::string small_packets;
  while (small_packets.size() < 200'000) small_packets += packet(1'000);
  for (const auto& bomb : {packet(20'000'000), small_packets}) {
    server on{options};
    client with{*on.listening};
    CAF_REQUIRE(upgrade(on, with, offer));
    with.send(compressed_frame(bomb));
    CAF_CHECK(on.until([&] { return with.ended(); }));
    CAF_CHECK(on.events.violation == close_cause::too_large);
    CAF_CHECK_LESS(on.events.packets.size(), 101u);
  }
}

CAF_TEST(a_large_compressed_message_is_spread_over_turns_and_keeps_its_order) {
  server on{compressing()};
  client with{*on.listening};
  client other{*on.listening};
  CAF_REQUIRE(upgrade(on, with, offer) && upgrade(on, other));
  const auto large = packet(1'000'000, 'L');
  with.send(compressed_frame(large + packet(1)) + client_frame(packet(2)) +
            client_frame(std::string("\x03\xe8", 2), websocket::opcode::close));
  other.send(client_frame(packet(1, 'o')));
  CAF_CHECK(on.until([&] { return on.events.closed.has_value(); }));
  CAF_CHECK(on.events.packets == (std::vector<std::string>{packet(1, 'o'), large, packet(1), packet(2)}));
  CAF_CHECK(on.events.closed == close_cause::closed_by_peer);
}

CAF_TEST(a_link_moves_inside_a_compressed_message) {
  server from{compressing()};
  loop to;
  client with{*from.listening};
  CAF_REQUIRE(upgrade(from, with, offer));
  std::unique_ptr<link> moving;
  from.events.during_packet = [&](link& here, auto) { moving = from.links.release(here); };
  with.send(compressed_frame(packet(1) + packet(500'000)) + compressed_frame(packet(2)));
  CAF_REQUIRE(from.until([&] { return moving != nullptr; }));
  to.links.adopt(std::move(moving)).handler(to.events);
  CAF_CHECK(run_until({&to}, [&] { return to.events.packets.size() == 2; }));
  CAF_CHECK_EQUAL(to.events.packets[0].size(), packet(500'000).size());
  CAF_CHECK_EQUAL(to.events.packets[1], packet(2));
}

}  // namespace troupe::transport::test
