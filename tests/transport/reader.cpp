#define CAF_SUITE transport_reader
#include "transport/reader.hpp"

#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include <caf/test/unit_test.hpp>

#include "tests/transport/server.hpp"

namespace troupe::transport::test {

namespace {

std::string joined(const std::vector<std::string>& parts) {
  return std::accumulate(parts.begin(), parts.end(), std::string{});
}

std::vector<std::string> three_packets() { return {packet(3, 'a'), packet(300, 'b'), packet(0)}; }

}  // namespace

CAF_TEST(packets_come_whole_however_the_stream_is_split) {
  const auto wanted = three_packets();
  const auto stream = joined(wanted);
  server on;
  for (const std::size_t step : {1u, 2u, 7u, 299u, 1000u}) {
    client with{*on.listening};
    on.events.packets.clear();
    std::size_t sent = 0;
    for (; sent < stream.size(); sent += step) {
      with.send(std::string_view{stream}.substr(sent, step));
      const auto before = on.stats.bytes_received.value();
      CAF_REQUIRE(on.until([&] { return on.stats.bytes_received.value() > before; }));
    }
    CAF_CHECK_EQUAL(on.events.packets, wanted);
  }
}

CAF_TEST(a_large_packet_is_gathered_from_many_reads) {
  server on;
  client with{*on.listening};
  const auto large = packet(1'500'000, 'L') + packet(2, 's');
  std::size_t sent = 0;
  CAF_CHECK(on.until([&] {
    sent += with.send(std::string_view{large}.substr(sent));
    return on.events.packets.size() == 2;
  }));
  CAF_CHECK_EQUAL(joined(on.events.packets), large);
}

CAF_TEST(a_header_that_promises_much_allocates_nothing) {
  config::listener_options options;
  options.limits.packet_bytes_max = 1000;
  server on{options};
  client with{*on.listening};
  with.send(packet(5000).substr(0, 10));
  CAF_CHECK(on.until([&] { return with.ended(); }));
  CAF_CHECK(on.events.violation == close_cause::too_large);
}

CAF_TEST(a_malformed_fixed_header_is_a_violation) {
  server on;
  client with{*on.listening};
  with.send(packet(1) + std::string("\x30\xff\xff\xff\xff\x01", 6));
  CAF_CHECK(on.until([&] { return with.ended(); }));
  CAF_CHECK(on.events.violation == close_cause::malformed);
  CAF_CHECK_EQUAL(on.events.packets.size(), 1u);
  with.close();
  CAF_CHECK(on.until([&] { return on.events.closed.has_value(); }));
  CAF_CHECK(on.events.closed == close_cause::malformed);
  CAF_CHECK_EQUAL(on.stats.violations.value(), 1u);
}

CAF_TEST(a_handler_that_ignores_a_violation_does_not_keep_the_link) {
  server on;
  on.events.close_on_violation = false;
  client with{*on.listening};
  with.send(std::string("\0\0", 2));
  CAF_CHECK(on.until([&] { return with.ended(); }));
}

CAF_TEST(pause_takes_effect_before_the_next_packet) {
  server on;
  client with{*on.listening};
  on.events.during_packet = [](link& from, auto) { from.pause(); };
  with.send(joined(three_packets()));
  CAF_REQUIRE(on.until([&] { return on.events.packets.size() == 1; }));
  for (int i = 0; i < 20; ++i) on.turn();
  CAF_CHECK_EQUAL(on.events.packets.size(), 1u);
  on.opened[0]->resume();
  CAF_CHECK_EQUAL(on.events.packets.size(), 1u);
  CAF_REQUIRE(on.until([&] { return on.events.packets.size() == 2; }));
  on.events.during_packet = nullptr;
  on.opened[0]->resume();
  CAF_CHECK(on.until([&] { return on.events.packets == three_packets(); }));
}

CAF_TEST(what_a_peer_sent_before_it_hung_up_is_read_after_a_pause) {
  server on;
  client with{*on.listening};
  CAF_REQUIRE(on.until([&] { return on.opened.size() == 1; }));
  on.opened[0]->pause();
  with.send(joined(three_packets()));
  with.close();
  for (int i = 0; i < 20; ++i) on.turn();
  CAF_CHECK(!on.events.closed);
  on.opened[0]->resume();
  CAF_CHECK(on.until([&] { return on.events.closed == close_cause::closed_by_peer; }));
  CAF_CHECK_EQUAL(on.events.packets, three_packets());
}

CAF_TEST(a_throwing_handler_costs_its_own_link_only) {
  server on;
  client bad{*on.listening};
  client good{*on.listening};
  CAF_REQUIRE(on.until([&] { return on.opened.size() == 2; }));
  on.events.during_packet = [](link&, std::span<const std::byte> bytes) {
    if (bytes.size() == 2) throw std::runtime_error{"handler"};
  };
  bad.send(packet(0));
  CAF_CHECK(on.until([&] { return bad.ended(); }));
  good.send(packet(5));
  CAF_CHECK(on.until([&] { return on.events.packets.size() == 2; }));
  CAF_CHECK(!good.ended());
  CAF_CHECK_EQUAL(on.stats.handler_failures.value(), 1u);
}

CAF_TEST(a_flooding_link_does_not_starve_the_others) {
  server on;
  client flooding{*on.listening};
  client quiet{*on.listening};
  CAF_REQUIRE(on.until([&] { return on.opened.size() == 2; }));
  const std::string flood(8 * 1024 * 1024, '\0');
  std::string stream;
  while (stream.size() < flood.size()) stream += packet(100);
  std::size_t sent = 0;
  for (int i = 0; i < 4; ++i) sent += flooding.send(std::string_view{stream}.substr(sent));
  quiet.send(packet(1, 'q'));
  for (int round = 0; round < 3; ++round) {
    on.io.wait({});
    on.io.serve(time_point::min());
  }
  // Within the first rounds the flood has had no more than its budget for each of them.
  CAF_CHECK(on.stats.bytes_received.value() <= 3 * 8 * 1024 + 3);
  CAF_CHECK(std::ranges::count(on.events.packets, packet(1, 'q')) == 1);
}

CAF_TEST(a_link_moves_between_loops_with_its_unread_bytes) {
  server from;
  loop to;
  client with{*from.listening};
  std::unique_ptr<link> moving;
  std::string still_valid;
  from.events.during_packet = [&](link& here, std::span<const std::byte> bytes) {
    send_text(here, "answer");
    moving = from.links.release(here);
    still_valid = text_of(bytes);
  };
  const auto stream = joined(three_packets()) + packet(9, 'p');
  with.send(stream.substr(0, stream.size() - 4));
  CAF_REQUIRE(from.until([&] { return moving != nullptr; }));
  CAF_CHECK_EQUAL(still_valid, packet(3, 'a'));
  CAF_CHECK_EQUAL(from.links.size(), 0u);
  auto& moved = to.links.adopt(std::move(moving));
  moved.handler(to.events);
  CAF_CHECK(run_until({&to}, [&] { return to.events.packets.size() == 2; }));
  with.send(stream.substr(stream.size() - 4));
  CAF_CHECK(run_until({&to}, [&] { return to.events.packets.size() == 3 && with.has(6); }));
  CAF_CHECK_EQUAL(to.events.packets[2], packet(9, 'p'));
  CAF_CHECK_EQUAL(with.received, "answer");
  CAF_CHECK_EQUAL(from.events.packets.size(), 1u);
  CAF_CHECK_EQUAL(from.events.closes, 0);
  with.close();
  CAF_CHECK(run_until({&to}, [&] { return to.events.closed == close_cause::closed_by_peer; }));
  CAF_CHECK_EQUAL(from.listening->connections(), 0u);
}

CAF_TEST(a_link_that_hung_up_and_was_resumed_on_its_way_is_read_to_the_end) {
  server from;
  loop to;
  client with{*from.listening};
  CAF_REQUIRE(from.until([&] { return from.opened.size() == 1; }));
  from.opened[0]->pause();
  with.send(packet(5));
  with.shut_down();
  for (int i = 0; i < 10; ++i) from.turn();
  auto moving = from.links.release(*from.opened[0]);
  moving->handler(to.events);
  moving->resume();
  to.links.adopt(std::move(moving));
  CAF_CHECK(run_until({&to}, [&] { return to.events.closed == close_cause::closed_by_peer; }));
  CAF_CHECK_EQUAL(to.events.packets.size(), 1u);
}

CAF_TEST(a_large_packet_in_parts_moves_too) {
  server from;
  loop to;
  client with{*from.listening};
  const auto large = packet(100'000, 'L');
  with.send(large.substr(0, 50'000));
  CAF_REQUIRE(from.until([&] { return from.stats.bytes_received.value() == 50'000; }));
  to.links.adopt(from.links.release(*from.opened[0])).handler(to.events);
  with.send(large.substr(50'000));
  CAF_CHECK(run_until({&to}, [&] { return to.events.packets.size() == 1; }));
  CAF_CHECK_EQUAL(to.events.packets[0], large);
}

CAF_TEST(a_websocket_link_moves_inside_a_frame) {
  server from{websocket_options()};
  loop to;
  client with{*from.listening};
  CAF_REQUIRE(upgrade(from, with));
  std::unique_ptr<link> moving;
  from.events.during_packet = [&](link& here, auto) { moving = from.links.release(here); };
  const auto wanted = three_packets();
  const auto stream = client_frame(joined(wanted)) + client_frame("", websocket::opcode::ping);
  with.send(stream.substr(0, 100));
  CAF_REQUIRE(from.until([&] { return moving != nullptr; }));
  to.links.adopt(std::move(moving)).handler(to.events);
  with.send(stream.substr(100));
  CAF_CHECK(run_until({&to}, [&] {
    with.read();
    return frames_of(with).pongs == ";";
  }));
  CAF_CHECK_EQUAL(to.events.packets, (std::vector<std::string>{wanted[1], wanted[2]}));
}

CAF_TEST(packets_span_frames_and_frames_hold_several_packets) {
  server on{websocket_options()};
  client with{*on.listening};
  CAF_REQUIRE(upgrade(on, with));
  const auto stream = joined(three_packets());
  with.send(client_frame(stream.substr(0, 1)) + client_frame(stream.substr(1, 150)) +
            client_frame("hi", websocket::opcode::ping) + client_frame(stream.substr(151)));
  CAF_CHECK(on.until([&] {
    with.read();
    return frames_of(with).pongs == "hi;";
  }));
  CAF_CHECK_EQUAL(on.events.packets, three_packets());
}

CAF_TEST(a_text_frame_and_an_unmasked_frame_are_violations_with_their_code) {
  const std::pair<std::string, int> cases[] = {{client_frame("text", websocket::opcode::text), 1003},
                                               {std::string("\x82\x01x", 3), 1002},
                                               {std::string("\x82\xff\0\0\0\0\x7f\0\0\0mask", 14), 1009}};
  for (const auto& [bytes, code] : cases) {
    server on{websocket_options()};
    client with{*on.listening};
    CAF_REQUIRE(upgrade(on, with));
    with.send(client_frame(packet(1)) + bytes);
    CAF_CHECK(on.until([&] { return with.ended(); }));
    CAF_CHECK_EQUAL(int{frames_of(with).close_code}, code);
    CAF_CHECK_EQUAL(on.events.packets.size(), 1u);
    CAF_CHECK(on.events.violation.has_value());
  }
}

CAF_TEST(a_close_frame_waits_for_the_packets_before_it) {
  server on{websocket_options()};
  client with{*on.listening};
  CAF_REQUIRE(upgrade(on, with));
  on.events.during_packet = [](link& from, auto) { from.pause(); };
  with.send(client_frame(packet(1) + packet(2)) + client_frame(std::string("\x03\xe8", 2), websocket::opcode::close));
  CAF_REQUIRE(on.until([&] { return on.events.packets.size() == 1; }));
  for (int i = 0; i < 20; ++i) on.turn();
  CAF_CHECK_EQUAL(on.events.closes, 0);
  on.events.during_packet = nullptr;
  on.opened[0]->resume();
  CAF_CHECK(on.until([&] { return on.events.closes == 1; }));
  CAF_CHECK_EQUAL(on.events.packets.size(), 2u);
  CAF_CHECK(on.events.closed == close_cause::closed_by_peer);
  CAF_CHECK(on.until([&] { return with.ended(); }));
  CAF_CHECK_EQUAL(int{frames_of(with).close_code}, 1000);
}

}  // namespace troupe::transport::test
