#define CAF_SUITE transport_writer
#include "transport/writer.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include <caf/test/unit_test.hpp>

#include "tests/transport/server.hpp"

namespace troupe::transport::test {

CAF_TEST(output_of_a_turn_arrives_in_order_for_each_link) {
  server on;
  client first{*on.listening};
  CAF_REQUIRE(on.until([&] { return on.opened.size() == 1; }));
  client second{*on.listening};
  CAF_REQUIRE(on.until([&] { return on.opened.size() == 2; }));
  for (int i = 0; i < 100; ++i) {
    send_text(*on.opened[0], std::to_string(i) + ",");
    if (i % 3 == 0) send_text(*on.opened[1], std::to_string(i) + ";");
  }
  std::string wanted_first, wanted_second;
  for (int i = 0; i < 100; ++i) {
    wanted_first += std::to_string(i) + ",";
    if (i % 3 == 0) wanted_second += std::to_string(i) + ";";
  }
  on.links.flush();
  CAF_CHECK_EQUAL(on.opened[0]->outbox_bytes(), 0u);
  CAF_CHECK(on.until([&] { return first.has(wanted_first.size()) && second.has(wanted_second.size()); }));
  CAF_CHECK_EQUAL(first.received, wanted_first);
  CAF_CHECK_EQUAL(second.received, wanted_second);
}

CAF_TEST(shared_payloads_stand_where_they_were_put) {
  for (const auto type : {config::listener_type::tcp, config::listener_type::ws}) {
    config::listener_options options;
    options.type = type;
    server on{options};
    client with{*on.listening};
    if (type == config::listener_type::ws) {
      CAF_REQUIRE(upgrade(on, with));
    } else {
      CAF_REQUIRE(on.until([&] { return on.opened.size() == 1; }));
    }
    const std::string large(200'000, 'L');
    const auto owner = publication::make({.topic = "t", .properties = {}, .payload = bytes_of(large), .publisher = {}});
    mqtt::outbox out;
    const auto put = [&](std::string_view text) {
      const auto bytes = bytes_of(text);
      out.bytes().insert(out.bytes().end(), bytes.begin(), bytes.end());
    };
    put("before");
    out.share(owner, owner->payload());
    put("between");
    out.share(owner, owner->payload());
    const auto wanted = "before" + large + "between" + large;
    on.opened[0]->send(out);
    CAF_CHECK(out.empty());
    CAF_CHECK(on.until([&] {
      with.read();
      return (type == config::listener_type::ws ? frames_of(with).data : with.received).size() == wanted.size();
    }));
    CAF_CHECK((type == config::listener_type::ws ? frames_of(with).data : with.received) == wanted);
  }
}

CAF_TEST(one_turn_of_a_websocket_link_is_one_frame_and_large_ones_are_cut) {
  server on{websocket_options()};
  client with{*on.listening};
  CAF_REQUIRE(upgrade(on, with));
  const auto head = with.received.size();
  send_text(*on.opened[0], "ab");
  send_text(*on.opened[0], "cd");
  CAF_CHECK(on.until([&] { return with.has(head + 6); }));
  CAF_CHECK_EQUAL(with.received.substr(head), std::string("\x82\x04"
                                                          "abcd"));
  send_text(*on.opened[0], std::string(150'000, 'z'));
  CAF_CHECK(on.until([&] { return with.has(head + 6 + 150'000 + 10 + 10 + 4); }));
  CAF_CHECK_EQUAL(frames_of(with).data.size(), 150'004u);
}

CAF_TEST(a_peer_that_never_reads_is_congested_and_others_are_served) {
  config::listener_options options;
  options.send_buffer_bytes = 16 * 1024;
  options.limits.outbox_bytes_max = 100'000;
  server on{options};
  client deaf{*on.listening, 4096};
  CAF_REQUIRE(on.until([&] { return on.opened.size() == 1; }));
  client other{*on.listening};
  CAF_REQUIRE(on.until([&] { return on.opened.size() == 2; }));
  auto& link = *on.opened[0];
  std::size_t sent = 0;
  while (!link.congested()) {
    send_text(link, std::string(1000, static_cast<char>('a' + sent / 1000 % 26)));
    sent += 1000;
    on.turn();
    CAF_REQUIRE(sent < 10'000'000);
  }
  CAF_CHECK(link.outbox_bytes() > 100'000);
  CAF_CHECK(link.outbox_bytes() < 110'000);
  send_text(*on.opened[1], "served");
  CAF_CHECK(on.until([&] { return other.has(6); }));
  CAF_CHECK_EQUAL(on.events.writable, 0);
  CAF_CHECK(on.until([&] { return deaf.has(sent); }));
  CAF_CHECK_EQUAL(on.events.writable, 1);
  CAF_CHECK(!link.congested());
  CAF_CHECK_EQUAL(link.outbox_bytes(), 0u);
  bool right = true;
  for (std::size_t i = 0; i < sent; ++i) right = right && deaf.received[i] == static_cast<char>('a' + i / 1000 % 26);
  CAF_CHECK(right);
}

CAF_TEST(a_link_congested_within_a_turn_becomes_writable_when_the_turn_ends) {
  config::listener_options options;
  options.limits.outbox_bytes_max = 1000;
  server on{options};
  client with{*on.listening};
  CAF_REQUIRE(on.until([&] { return on.opened.size() == 1; }));
  send_text(*on.opened[0], std::string(1500, 'x'));
  CAF_CHECK(on.opened[0]->congested());
  on.links.flush();
  CAF_CHECK(!on.opened[0]->congested());
  CAF_CHECK_EQUAL(on.events.writable, 0);  // never from within flush()
  CAF_CHECK(on.until([&] { return on.events.writable == 1; }));
}

CAF_TEST(who_asks_and_never_reads_the_answers_is_not_read_any_more) {
  config::listener_options options;
  options.send_buffer_bytes = 16 * 1024;
  options.limits.outbox_bytes_max = 50'000;
  server on{options};
  on.events.during_packet = [](link& from, auto) { send_text(from, std::string(1000, 'r')); };
  client deaf{*on.listening, 4096};
  std::string questions;
  for (int i = 0; i < 20'000; ++i) questions += packet(0);
  deaf.send(questions);
  CAF_REQUIRE(on.until([&] { return !on.opened.empty() && on.opened[0]->outbox_bytes() > 50'000; }));
  for (int i = 0; i < 50; ++i) on.turn();
  CAF_CHECK(on.opened[0]->outbox_bytes() < 110'000);
  CAF_CHECK_LESS(on.events.packets.size(), 19'000u);
  CAF_CHECK(on.until([&] { return deaf.has(20'000'000); }));
  CAF_CHECK_EQUAL(on.events.packets.size(), 20'000u);
}

CAF_TEST(pings_of_a_peer_that_does_not_read_cost_no_memory) {
  auto options = websocket_options();
  options.send_buffer_bytes = 16 * 1024;
  server on{options};
  client deaf{*on.listening, 4096};
  CAF_REQUIRE(upgrade(on, deaf));
  auto& link = *on.opened[0];
  for (int i = 0; i < 1000 && link.outbox_bytes() == 0; ++i) {
    send_text(link, std::string(10'000, 'x'));
    on.turn();
  }
  const auto before = link.outbox_bytes();
  CAF_REQUIRE(before > 0);
  const auto received = on.stats.bytes_received.value();
  std::string pings;
  for (int i = 0; i < 5000; ++i) pings += client_frame(std::to_string(10000 + i), websocket::opcode::ping);
  std::size_t sent = 0;
  CAF_REQUIRE(on.until([&] {
    sent += deaf.send(std::string_view{pings}.substr(sent));
    return on.stats.bytes_received.value() == received + pings.size();
  }));
  CAF_CHECK_EQUAL(link.outbox_bytes(), before);
  CAF_CHECK(on.until([&] {
    deaf.read();
    return frames_of(deaf).pongs == "14999;";
  }));
}

CAF_TEST(a_reader_of_a_moved_congested_link_loses_nothing) {
  config::listener_options options;
  options.send_buffer_bytes = 16 * 1024;
  server from{options};
  loop to;
  client slow{*from.listening, 4096};
  CAF_REQUIRE(from.until([&] { return from.opened.size() == 1; }));
  std::string wanted;
  for (int i = 0; i < 100'000; ++i) wanted += std::to_string(i) + ",";
  send_text(*from.opened[0], wanted);
  auto& moved = to.links.adopt(from.links.release(*from.opened[0]));
  moved.handler(to.events);
  CAF_CHECK(moved.outbox_bytes() > 0);
  send_text(moved, "end");
  wanted += "end";
  CAF_CHECK(run_until({&to}, [&] { return slow.has(wanted.size()); }));
  CAF_CHECK(slow.received == wanted);
  CAF_CHECK_EQUAL(to.events.writable, 1);
}

}  // namespace troupe::transport::test
