#define CAF_SUITE transport_handshake
#include "transport/handshake.hpp"

#include <algorithm>
#include <string>

#include <caf/test/unit_test.hpp>

#include "tests/transport/server.hpp"

namespace troupe::transport::test {

namespace {

config::listener_options proxied(config::listener_type type) {
  config::listener_options options;
  options.type = type;
  options.proxy_protocol = true;
  options.trusted_proxies = {"127.0.0.0/8"};
  return options;
}

/// PROXY v2 for TCP over IPv4 from 9.8.7.6:1000.
const std::string proxy_v2 =
  std::string("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x09\x08\x07\x06\x7f\0\0\1\x03\xe8\x07\x5b", 28);

std::string status_of(const client& from) { return from.received.substr(0, 12); }

std::string with_field(const std::string& field) {
  auto request = upgrade_request;
  return request.insert(request.size() - 2, field + "\r\n");
}

}  // namespace

CAF_TEST(frames_that_come_with_the_upgrade_are_read) {
  server on{websocket_options()};
  client with{*on.listening};
  with.send(upgrade_request + client_frame(packet(3)) + client_frame(packet(4)).substr(0, 5));
  CAF_CHECK(on.until([&] { return on.events.packets.size() == 1; }));
  with.send(client_frame(packet(4)).substr(5));
  CAF_CHECK(on.until([&] { return on.events.packets.size() == 2; }));
  CAF_CHECK(on.until([&] { return with.has(12); }));
  CAF_CHECK_EQUAL(status_of(with), "HTTP/1.1 101");
}

CAF_TEST(frames_that_come_with_the_upgrade_wait_if_the_link_opens_paused) {
  reactor io;
  link_stats stats;
  recorder events;
  link* opened = nullptr;
  link_set links{io,
                 [&](link& fresh, admission) -> link_events& {
                   fresh.pause();
                   opened = &fresh;
                   return events;
                 },
                 stats};
  server on{websocket_options()};
  auto listening = on.listening;
  on.accepting.stop();
  acceptor accepting{io, links, listening};
  client with{*listening};
  with.send(upgrade_request + client_frame(packet(3)));
  const auto turn = [&] {
    io.wait({});
    io.serve(time_point::max());
    links.process_pending();
    links.flush();
    return opened != nullptr;
  };
  CAF_REQUIRE(on.until(turn));
  CAF_CHECK(events.packets.empty());
  opened->resume();
  CAF_CHECK(on.until([&] {
    turn();
    return events.packets.size() == 1;
  }));
}

CAF_TEST(an_upgrade_may_come_in_pieces) {
  server on{websocket_options()};
  client with{*on.listening};
  for (const char byte : upgrade_request) {
    with.send(std::string(1, byte));
    const auto before = on.stats.bytes_received.value();
    CAF_REQUIRE(on.until([&] { return on.stats.bytes_received.value() > before; }));
  }
  CAF_CHECK_EQUAL(on.opened.size(), 1u);
}

CAF_TEST(a_refused_upgrade_is_answered_then_closed) {
  server on{websocket_options()};
  client with{*on.listening};
  with.send("GET /elsewhere" + upgrade_request.substr(upgrade_request.find(" HTTP")) + std::string(5000, 'x'));
  CAF_CHECK(on.until([&] { return with.ended(); }));
  CAF_CHECK_EQUAL(status_of(with), "HTTP/1.1 404");
  CAF_CHECK(!with.was_reset());
  with.close();
  CAF_CHECK(on.until([&] { return on.links.size() == 0; }));
  CAF_CHECK_EQUAL(on.events.closes, 0);
  CAF_CHECK_EQUAL(on.listening->refused(refusal::upgrade), 1u);
}

CAF_TEST(a_refused_client_that_keeps_the_connection_is_cut_after_the_linger) {
  server on{websocket_options()};
  client with{*on.listening};
  with.send("nonsense\r\n\r\n");
  CAF_REQUIRE(on.until([&] { return with.ended(); }));
  CAF_CHECK_EQUAL(status_of(with), "HTTP/1.1 400");
  CAF_CHECK_EQUAL(on.links.size(), 1u);
  on.links.advance(node_clock::now() + 3s);
  CAF_CHECK_EQUAL(on.links.size(), 0u);
}

CAF_TEST(a_handshake_that_takes_too_long_ends) {
  for (const auto& options : {websocket_options(), proxied(config::listener_type::tcp)}) {
    server on{options};
    client with{*on.listening};
    with.send("PRO");
    CAF_REQUIRE(on.until([&] { return on.links.size() == 1; }));
    on.links.advance(node_clock::now() + 4s);
    CAF_CHECK_EQUAL(on.links.size(), 1u);
    on.links.advance(node_clock::now() + 6s);
    CAF_CHECK_EQUAL(on.links.size(), 0u);
    CAF_CHECK(on.until([&] { return with.ended(); }));
    CAF_CHECK_EQUAL(on.listening->refused(refusal::handshake_timeout), 1u);
    CAF_CHECK_EQUAL(on.listening->connections(), 0u);
  }
}

CAF_TEST(a_link_that_opened_has_no_handshake_deadline) {
  server on{websocket_options()};
  client with{*on.listening};
  CAF_REQUIRE(upgrade(on, with));
  on.links.advance(node_clock::now() + 1h);
  with.send(client_frame(packet(1)));
  CAF_CHECK(on.until([&] { return on.events.packets.size() == 1; }));
}

CAF_TEST(the_proxy_header_tells_the_client) {
  for (const auto& header : {std::string{"PROXY TCP4 9.8.7.6 127.0.0.1 1000 1883\r\n"}, proxy_v2}) {
    server on{proxied(config::listener_type::tcp)};
    client with{*on.listening};
    with.send(header.substr(0, 10));
    for (int i = 0; i < 10; ++i) on.turn();
    with.send(header.substr(10) + packet(3));
    CAF_REQUIRE(on.until([&] { return on.events.packets.size() == 1; }));
    CAF_CHECK_EQUAL(on.opened[0]->peer(), "9.8.7.6:1000");
    CAF_CHECK(!on.opened[0]->peer_is_local());
  }
}

CAF_TEST(the_proxy_header_precedes_the_upgrade) {
  server on{proxied(config::listener_type::ws)};
  client with{*on.listening};
  with.send(proxy_v2 + upgrade_request + client_frame(packet(3)));
  CAF_REQUIRE(on.until([&] { return on.events.packets.size() == 1; }));
  CAF_CHECK_EQUAL(on.opened[0]->peer(), "9.8.7.6:1000");
}

CAF_TEST(allow_and_deny_look_at_the_address_that_the_proxy_told) {
  auto options = proxied(config::listener_type::tcp);
  options.deny = {"9.0.0.0/8"};
  server on{options};
  client with{*on.listening};
  with.send(proxy_v2);
  CAF_CHECK(on.until([&] { return with.ended(); }));
  CAF_CHECK(on.opened.empty());
  CAF_CHECK_EQUAL(on.listening->refused(refusal::address), 1u);
}

CAF_TEST(only_trusted_proxies_may_speak_PROXY) {
  auto options = proxied(config::listener_type::tcp);
  options.trusted_proxies = {"10.0.0.0/8"};
  server on{options};
  client with{*on.listening};
  with.send(proxy_v2);
  CAF_CHECK(on.until([&] { return with.ended(); }));
  CAF_CHECK_EQUAL(on.listening->refused(refusal::proxy_header), 1u);
}

CAF_TEST(bytes_that_are_no_proxy_header_are_refused) {
  server on{proxied(config::listener_type::tcp)};
  client with{*on.listening};
  with.send(packet(100));
  CAF_CHECK(on.until([&] { return with.ended(); }));
  CAF_CHECK(on.opened.empty());
}

CAF_TEST(a_trusted_proxy_names_the_client_in_x_forwarded_for) {
  auto options = websocket_options();
  options.trusted_proxies = {"127.0.0.1"};
  options.deny = {"6.6.6.6"};
  server on{options};
  client with{*on.listening};
  with.send(with_field("X-Forwarded-For: 9.8.7.6"));
  CAF_REQUIRE(on.until([&] { return on.opened.size() == 1; }));
  CAF_CHECK(on.opened[0]->peer().starts_with("9.8.7.6"));
  client denied{*on.listening};
  denied.send(with_field("X-Forwarded-For: 6.6.6.6"));
  CAF_CHECK(on.until([&] { return denied.ended(); }));
  CAF_CHECK_EQUAL(status_of(denied), "HTTP/1.1 403");
}

CAF_TEST(an_overloaded_node_answers_503_over_websocket_and_opens_the_others_flagged) {
  server on{websocket_options(), [] { return true; }};
  client with{*on.listening};
  with.send(upgrade_request);
  CAF_CHECK(on.until([&] { return with.ended(); }));
  CAF_CHECK_EQUAL(status_of(with), "HTTP/1.1 503");
  server plain{{}, [] { return true; }};
  client tcp{*plain.listening};
  CAF_CHECK(plain.until([&] { return plain.admitted.size() == 1; }));
  CAF_CHECK(plain.admitted[0] == admission::overloaded);
  CAF_CHECK_EQUAL(plain.listening->refused(refusal::overload), 1u);
}

CAF_TEST(past_the_rate_websocket_gets_429_and_tcp_is_closed) {
  for (const auto type : {config::listener_type::ws, config::listener_type::tcp}) {
    config::listener_options options;
    options.type = type;
    options.connection_rate_max = 1;
    server on{options};
    client first{*on.listening};
    client second{*on.listening};
    first.send(upgrade_request);
    second.send(upgrade_request);
    CAF_CHECK(on.until([&] { return second.ended(); }));
    if (type == config::listener_type::ws) CAF_CHECK_EQUAL(status_of(second), "HTTP/1.1 429");
    CAF_CHECK_EQUAL(on.opened.size(), 1u);
    CAF_CHECK_EQUAL(on.listening->refused(refusal::rate), 1u);
  }
}

}  // namespace troupe::transport::test
