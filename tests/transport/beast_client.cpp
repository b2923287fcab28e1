// The WebSocket client of a library that knows nothing of ours. In a file of its own: it takes long to compile.
#define CAF_SUITE transport_beast_client

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>

#include <caf/test/unit_test.hpp>

#include "tests/transport/server.hpp"

namespace troupe::transport::test {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using stream = beast::websocket::stream<asio::ip::tcp::socket>;

/// Runs a blocking client beside the loop; returns what went wrong, empty if nothing did.
std::string run_client(server& on, bool deflate, const std::function<void(stream&)>& conversation) {
  std::string failure;
  std::atomic<bool> done{false};
  std::thread thread{[&, port = on.listening->port()] {
    try {
      asio::io_context io;
      stream client{io};
      client.next_layer().connect({asio::ip::address_v4::loopback(), port});
      beast::websocket::permessage_deflate offer;
      offer.client_enable = deflate;
      client.set_option(offer);
      client.set_option(beast::websocket::stream_base::decorator([](beast::websocket::request_type& request) {
        request.set(beast::http::field::sec_websocket_protocol, "mqtt");
      }));
      client.handshake("localhost", "/mqtt");
      client.binary(true);
      conversation(client);
    } catch (const std::exception& error) {
      failure = error.what();
    }
    done = true;
  }};
  if (!on.until([&] { return done.load(); })) failure = "took too long";
  if (failure == "took too long") on.links.close_all(close_reason::going_away, "");
  on.until([&] { return done.load(); });
  thread.join();
  return failure;
}

std::string read_bytes(stream& from, std::size_t size) {
  std::string result;
  while (result.size() < size) {
    beast::flat_buffer buffer;
    from.read(buffer);
    result += beast::buffers_to_string(buffer.data());
  }
  return result;
}

void echo_packets(server& on) {
  on.events.during_packet = [](link& from, std::span<const std::byte> bytes) { send_text(from, text_of(bytes)); };
}

}  // namespace

CAF_TEST(packets_of_all_sizes_come_back) {
  for (const bool deflate : {false, true}) {
    auto options = websocket_options();
    options.websocket.deflate.enabled = deflate;
    server on{options};
    echo_packets(on);
    const auto failure = run_client(on, deflate, [](stream& client) {
      for (const std::size_t size : {0u, 1u, 100u, 126u, 5'000u, 65'536u, 1'000'000u}) {
        const auto sent = packet(size, 'b');
        client.write(asio::buffer(sent));
        if (read_bytes(client, sent.size()) != sent) throw std::runtime_error{"differs at " + std::to_string(size)};
      }
      client.close(beast::websocket::close_code::normal);
    });
    CAF_CHECK_EQUAL(failure, "");
    CAF_CHECK(on.until([&] { return on.links.size() == 0; }));
    CAF_CHECK(on.events.closed == close_cause::closed_by_peer);
  }
}

CAF_TEST(compression_with_context_takeover_holds_over_many_messages) {
  auto options = websocket_options();
  options.websocket.deflate.enabled = true;
  options.websocket.deflate.context_takeover = true;
  server on{options};
  echo_packets(on);
  CAF_CHECK_EQUAL(run_client(on, true,
                             [](stream& client) {
                               for (int i = 0; i < 200; ++i) {
                                 const auto sent =
                                   packet(static_cast<std::size_t>(i * 37), static_cast<char>('a' + i % 26));
                                 client.write(asio::buffer(sent));
                                 if (read_bytes(client, sent.size()) != sent) throw std::runtime_error{"differs"};
                               }
                               client.close(beast::websocket::close_code::normal);
                             }),
                  "");
}

CAF_TEST(fragments_and_pings_in_between_are_understood) {
  server on{websocket_options()};
  echo_packets(on);
  std::atomic<int> pongs{0};
  CAF_CHECK_EQUAL(run_client(on, false,
                             [&](stream& client) {
                               client.control_callback([&](beast::websocket::frame_type kind, beast::string_view) {
                                 if (kind == beast::websocket::frame_type::pong) ++pongs;
                               });
                               const auto sent = packet(10'000, 'f');
                               client.write_some(false, asio::buffer(sent.data(), 1));
                               client.ping("x");
                               client.write_some(false, asio::buffer(sent.data() + 1, 5'000));
                               client.write_some(true, asio::buffer(sent.data() + 5'001, sent.size() - 5'001));
                               if (read_bytes(client, sent.size()) != sent) throw std::runtime_error{"differs"};
                               client.close(beast::websocket::close_code::normal);
                             }),
                  "");
  CAF_CHECK_EQUAL(pongs.load(), 1);
}

CAF_TEST(the_close_code_and_reason_arrive) {
  server on{websocket_options()};
  on.events.during_packet = [](link& from, auto) { from.close(close_reason::policy_violation, "not like this"); };
  CAF_CHECK_EQUAL(run_client(on, false,
                             [](stream& client) {
                               client.write(asio::buffer(packet(1)));
                               beast::flat_buffer buffer;
                               beast::error_code error;
                               client.read(buffer, error);
                               if (error != beast::websocket::error::closed)
                                 throw std::runtime_error{"not closed: " + error.message()};
                               if (client.reason().code != 1008 || client.reason().reason != "not like this")
                                 throw std::runtime_error{"wrong reason"};
                             }),
                  "");
  CAF_CHECK(on.until([&] { return on.events.closed == close_cause::closed_by_node; }));
}

}  // namespace troupe::transport::test
