#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "actors/admin/http/channel.hpp"
#include "actors/admin/http/deadline.hpp"
#include "actors/admin/http/pending_answer.hpp"
#include "actors/admin/http/server_state.hpp"

namespace troupe::admin {

class hosted_stream;

/// Answers the requests of one connection, one after the other, until either side ends it. Kept by its own work.
class connection : public std::enable_shared_from_this<connection> {
public:
  connection(channel over, peer other, std::shared_ptr<server_state> of);
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  const peer& other() const { return peer_; }
  void start();
  /// Only to say that there are too many.
  void turn_away();
  /// Ends after the answer under way, if there is one.
  void wind_up();
  void cut();

private:
  using parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  template <class Result>
  using awaitable = boost::asio::awaitable<Result>;

  void work(awaitable<void> (connection::*what)());
  awaitable<void> serve();
  awaitable<void> refuse();
  awaitable<bool> shake_hands();
  awaitable<bool> await_request();
  awaitable<bool> serve_request();
  awaitable<std::optional<response>> read_header(parser& from);
  awaitable<std::optional<response>> read_body(parser& from, std::size_t bytes_max);
  awaitable<response> call(parser& from, admitted& what);
  awaitable<void> host_stream(const parser& from, admitted& what);
  awaitable<bool> send(const response& sent, const parser& to, bool may_stay);
  awaitable<bool> write(const response& sent, bool is_head, bool keep_alive);
  awaitable<void> linger();

  channel channel_;
  const peer peer_;
  const std::shared_ptr<server_state> server_;
  deadline deadline_;
  bool is_new_ = true;   ///< nothing has come yet
  bool is_idle_ = true;  ///< between two requests
  boost::beast::flat_buffer received_;
  std::optional<pending_answer> pending_;  ///< of the request under way, while its handler works
  std::weak_ptr<hosted_stream> stream_;
};

}  // namespace troupe::admin
