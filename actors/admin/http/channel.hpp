#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/role.hpp>

namespace troupe::admin {

/// The bytes of a connection on TCP or on a unix socket, with or without TLS: one type, so that HTTP and WebSocket are
/// compiled once. A handle: copies are of the same connection. Fits Beast's AsyncStream.
class channel {
public:
  using socket = boost::asio::generic::stream_protocol::socket;
  using executor_type = boost::asio::any_io_executor;

  /// Without TLS where `tls` is null.
  channel(socket connected, const std::shared_ptr<boost::asio::ssl::context>& tls)
    : state_{std::make_shared<state>(std::move(connected), tls)} {
    if (tls) state_->secure.emplace(state_->plain, *tls);
  }

  executor_type get_executor() { return state_->plain.get_executor(); }
  bool is_secure() const { return state_->secure.has_value(); }

  /// The server's side of TLS; nothing to do without.
  template <class Token>
  auto async_handshake(Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code)>(
      [kept = state_](auto then) {
        if (kept->secure)
          kept->secure->async_handshake(boost::asio::ssl::stream_base::server, std::move(then));
        else
          boost::asio::post(kept->plain.get_executor(),
                            [then = std::move(then)]() mutable { then(boost::system::error_code{}); });
      },
      token);
  }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& into, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
      [kept = state_](auto then, const Buffers& buffers) {
        if (kept->secure)
          kept->secure->async_read_some(buffers, std::move(then));
        else
          kept->plain.async_read_some(buffers, std::move(then));
      },
      token, into);
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& from, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
      [kept = state_](auto then, const Buffers& buffers) {
        if (kept->secure)
          kept->secure->async_write_some(buffers, std::move(then));
        else
          kept->plain.async_write_some(buffers, std::move(then));
      },
      token, from);
  }

  /// What is under way ends with operation_aborted; the connection stays.
  void cancel() {
    boost::system::error_code ignored;
    state_->plain.cancel(ignored);
  }
  /// The peer reads the end of the stream after what was sent. Without TLS's own farewell: every answer says its
  /// length.
  void shut_down_sending() {
    boost::system::error_code ignored;
    state_->plain.shutdown(socket::shutdown_send, ignored);
  }
  void close() {
    boost::system::error_code ignored;
    state_->plain.close(ignored);
  }

private:
  struct state {
    state(socket connected, std::shared_ptr<boost::asio::ssl::context> with)
      : plain{std::move(connected)},
        tls{std::move(with)} {}
    socket plain;
    std::shared_ptr<boost::asio::ssl::context> tls;
    std::optional<boost::asio::ssl::stream<socket&>> secure;
  };
  std::shared_ptr<state> state_;
};

// How Beast's WebSocket ends its connection.

inline void beast_close_socket(channel& of) { of.close(); }

template <class Then>
void async_teardown(boost::beast::role_type, channel& of, Then&& then) {
  of.shut_down_sending();
  boost::asio::post(of.get_executor(),
                    [then = std::forward<Then>(then)]() mutable { then(boost::system::error_code{}); });
}

}  // namespace troupe::admin
