// The server through TLS, with a blocking client beside it.
#define CAF_SUITE admin_channel
#include "actors/admin/http/channel.hpp"

#include <atomic>
#include <functional>
#include <thread>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <caf/test/unit_test.hpp>

#include "tests/actors/admin/http/site.hpp"

namespace troupe::admin::test {

namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using tls_socket = ssl::stream<asio::ip::tcp::socket>;
using boost::beast::http::verb;
using namespace std::chrono_literals;

/// With a key and a certificate that it signed itself.
std::shared_ptr<ssl::context> server_tls() {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_EC_gen("P-256"), EVP_PKEY_free};
  const std::unique_ptr<X509, decltype(&X509_free)> certificate{X509_new(), X509_free};
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  auto made = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX_use_certificate(made->native_handle(), certificate.get());
  SSL_CTX_use_PrivateKey(made->native_handle(), key.get());
  return made;
}

/// What a client reads after it sent this, until the end of the stream or until it has `enough`.
std::string converse(site& at, const std::string& text, const std::string& enough) {
  std::atomic<bool> is_done{false};
  std::string got;
  std::thread beside{[&, port = at.port()] {
    asio::io_context io;
    ssl::context context{ssl::context::tls_client};
    tls_socket socket{io, context};
    boost::system::error_code error;
    socket.next_layer().connect({asio::ip::address_v4::loopback(), port}, error);
    socket.handshake(ssl::stream_base::client, error);
    if (!error) asio::write(socket, asio::buffer(text), error);
    char buffer[65'536];
    while (!error && got.find(enough) == std::string::npos)
      got.append(buffer, socket.read_some(asio::buffer(buffer), error));
    is_done = true;
  }};
  const bool in_time = at.until([&] { return is_done.load(); });
  if (!in_time) at.on.reset();
  at.until([&] { return is_done.load(); });
  beside.join();
  return got;
}

}  // namespace

CAF_TEST(requests_are_answered_through_tls) {
  site at;
  bool secure = false;
  at.add(verb::post, "/api/a", [&](const request&, const reply& say) {
    secure = at.gate->was_secure;
    say({});
  });
  at.start(server_tls());
  const auto got = converse(at,
                            request_text("POST", "/api/a", "Content-Type: application/json\r\n", R"({"a":1})") +
                              request_text("GET", "/big.js", "Connection: close\r\n"),
                            "nothing like this");
  CAF_CHECK(got.starts_with("HTTP/1.1 200 OK\r\n"));
  CAF_CHECK(got.size() > 1'000'000);
  CAF_CHECK(secure);
  CAF_CHECK(at.until_idle());
}

CAF_TEST(a_stream_runs_through_tls) {
  site at;
  at.add("/api/events", [](const request&, const std::shared_ptr<stream>& got) { got->send("an event"); });
  at.start(server_tls());
  const std::string ask = request_text("GET", "/api/events",
                                       "Authorization: viewer\r\nOrigin: https://localhost\r\nConnection: Upgrade\r\n"
                                       "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
  const auto got = converse(at, ask, "an event");
  CAF_CHECK(got.starts_with("HTTP/1.1 101 "));
  CAF_CHECK(got.find("an event") != std::string::npos);
  CAF_CHECK(at.until_idle());
}

CAF_TEST(what_is_no_tls_is_cut) {
  site at{{.header_time_max = 50ms}};
  at.start(server_tls());
  client plain{at};
  plain.send(request_text("GET", "/"));
  CAF_CHECK_EQUAL(plain.receive().status, 0u);
  CAF_CHECK(plain.is_ended());
  client mute{at};
  CAF_CHECK(mute.is_ended());
  CAF_CHECK_EQUAL(at.on->counters().requests, 0u);
  CAF_CHECK(at.until_idle());
}

}  // namespace troupe::admin::test
