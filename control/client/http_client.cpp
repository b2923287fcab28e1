#include "control/client/http_client.hpp"

#include <chrono>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include "config/version.hpp"
#include "control/client/failure.hpp"

namespace troupe::control {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using local = asio::local::stream_protocol;

constexpr std::chrono::seconds patience{30};
constexpr std::uint64_t answer_bytes_max = 64ull * 1024 * 1024;

/// Starts something asynchronous, for only that has a limit of time, and waits for its end.
template <class Start>
void finish(asio::io_context& io, Start start) {
  beast::error_code result;
  start([&result](beast::error_code error, const auto&...) { result = error; });
  io.restart();
  io.run();
  if (result == beast::error::timeout) throw failure{"the node did not answer within 30 seconds"};
  if (result) throw beast::system_error{result};
}

http::request<http::string_body> request_of(const http_call& what, const destination& where) {
  http::request<http::string_body> result{what.method, what.target, 11};
  result.set(http::field::host, where.at ? where.at->authority() : "localhost");
  result.set(http::field::user_agent, "troupectl/" + std::string{version_text});
  if (where.at && !where.key.empty()) result.set(http::field::authorization, "Bearer " + where.key);
  if (!what.body.empty()) result.set(http::field::content_type, "application/json");
  result.keep_alive(false);
  result.body() = what.body;
  result.prepare_payload();
  return result;
}

template <class Stream>
http_answer exchange(asio::io_context& io, Stream& over, const http_call& what, const destination& where) {
  auto asked = request_of(what, where);
  http::response_parser<http::string_body> came;
  came.body_limit(answer_bytes_max);
  beast::flat_buffer buffer;
  beast::get_lowest_layer(over).expires_after(patience);
  finish(io, [&](auto done) { http::async_write(over, asked, done); });
  finish(io, [&](auto done) { http::async_read(over, buffer, came, done); });
  return {came.get().result_int(), std::move(came.get().body())};
}

http_answer ask_socket(const http_call& what, const destination& where) {
  asio::io_context io{1};
  beast::basic_stream<local> stream{io};
  stream.expires_after(patience);
  finish(io, [&](auto done) { stream.async_connect(local::endpoint{where.socket}, done); });
  return exchange(io, stream, what, where);
}

void connect(asio::io_context& io, beast::tcp_stream& stream, const url& to) {
  tcp::resolver resolver{io};
  const auto found = resolver.resolve(to.host, to.port);  // as long as the system's resolver takes
  stream.expires_after(patience);
  finish(io, [&](auto done) { stream.async_connect(found, done); });
}

http_answer ask_plainly(const http_call& what, const destination& where) {
  asio::io_context io{1};
  beast::tcp_stream stream{io};
  connect(io, stream, *where.at);
  return exchange(io, stream, what, where);
}

http_answer ask_securely(const http_call& what, const destination& where) {
  asio::io_context io{1};
  asio::ssl::context with{asio::ssl::context::tls_client};
  if (where.certificate_ca.empty())
    with.set_default_verify_paths();
  else
    with.load_verify_file(where.certificate_ca);
  beast::ssl_stream<beast::tcp_stream> stream{io, with};
  stream.set_verify_mode(asio::ssl::verify_peer);
  stream.set_verify_callback(asio::ssl::host_name_verification{where.at->host});
  SSL_set_tlsext_host_name(stream.native_handle(), where.at->host.c_str());
  connect(io, beast::get_lowest_layer(stream), *where.at);
  finish(io, [&](auto done) { stream.async_handshake(asio::ssl::stream_base::client, done); });
  return exchange(io, stream, what, where);
}

http_answer ask(const http_call& what, const destination& where) {
  if (!where.at) return ask_socket(what, where);
  return where.at->secure ? ask_securely(what, where) : ask_plainly(what, where);
}

}  // namespace

ask_function http_client(destination where) {
  return [where = std::move(where)](const http_call& what) {
    try {
      return ask(what, where);
    } catch (const beast::system_error& error) {
      const auto place = where.at ? where.at->authority() : where.socket;
      const auto hint = where.at ? "" : " (does a node run there? --socket or --url say where)";
      throw failure{"no answer from " + place + ": " + error.code().message() + hint};
    }
  };
}

}  // namespace troupe::control
