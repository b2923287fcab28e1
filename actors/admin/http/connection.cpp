#include "actors/admin/http/connection.hpp"

#include <array>
#include <chrono>
#include <exception>
#include <utility>
#include <variant>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "actors/admin/http/json_body.hpp"
#include "actors/admin/http/websocket.hpp"
#include "config/log.hpp"

namespace troupe::admin {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr auto awaited = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t read_bytes = 4096;

/// What is said to a request that cannot be read; nothing to a peer that is gone.
std::optional<response> refusal_of(boost::system::error_code error, bool is_late) {
  if (is_late) return refusal(408, "The request took too long.");
  if (error == http::error::header_limit) return refusal(431, "The request's header is too long.");
  if (error == http::error::body_limit) return refusal(413, "The request's body is too long.");
  if (error.category() == http::make_error_code(http::error::bad_target).category() &&
      error != http::error::end_of_stream && error != http::error::partial_message)
    return refusal(400, "This is not HTTP: " + error.message() + ".");
  return std::nullopt;
}

/// Holds a place among the streams.
struct stream_place {
  explicit stream_place(server_counters& in) : counters{in} { ++counters.streams_open; }
  stream_place(const stream_place&) = delete;
  stream_place& operator=(const stream_place&) = delete;
  ~stream_place() { --counters.streams_open; }
  server_counters& counters;
};

}  // namespace

connection::connection(channel over, peer other, std::shared_ptr<server_state> of)
  : channel_{std::move(over)},
    peer_{std::move(other)},
    server_{std::move(of)},
    deadline_{channel_} {
  server_->connections.insert(this);
}

connection::~connection() {
  channel_.close();
  server_->connections.erase(this);
  if (server_->connections.empty() && server_->on_last_gone) server_->on_last_gone();
}

void connection::start() { work(&connection::serve); }

void connection::turn_away() { work(&connection::refuse); }

void connection::work(awaitable<void> (connection::*what)()) {
  asio::co_spawn(channel_.get_executor(), (this->*what)(), [kept = shared_from_this()](std::exception_ptr failed) {
    if (failed) log::error("admin", "the connection of {} failed", kept->peer_.address);
  });
}

void connection::wind_up() {
  if (const auto open = stream_.lock())
    open->close(1001, "the console stops");
  else if (is_idle_)
    cut();
}

void connection::cut() {
  channel_.close();
  if (pending_) pending_->give(answer::error(503, "The console stops."));
}

asio::awaitable<void> connection::serve() {
  if (!co_await shake_hands()) co_return;
  bool stays = true;
  while (stays && !server_->is_stopping) {
    if (!co_await await_request()) co_return;
    is_idle_ = false;
    stays = co_await serve_request();
    is_idle_ = true;
  }
}

asio::awaitable<void> connection::refuse() {
  const auto sent = refusal(503, "Too many connections are open.");
  if (co_await shake_hands())
    if (co_await write(sent, false, false)) co_await linger();
}

asio::awaitable<bool> connection::shake_hands() {
  deadline_.within(server_->options.header_time_max);
  const auto [error] = co_await channel_.async_handshake(awaited);
  const bool late = deadline_.done();
  if (error && !late)
    log::peer_event("admin", log::level::debug, "TLS with {} failed: {}", peer_.address, error.message());
  co_return !error;
}

asio::awaitable<bool> connection::await_request() {
  if (received_.size() > 0) co_return true;
  const auto& options = server_->options;
  deadline_.within(is_new_ ? options.header_time_max : options.idle_time_max);
  const auto [error, bytes] = co_await channel_.async_read_some(received_.prepare(read_bytes), awaited);
  deadline_.done();
  if (!error) received_.commit(bytes);
  is_new_ = false;
  co_return !error;
}

asio::awaitable<bool> connection::serve_request() {
  parser from;
  if (auto refused = co_await read_header(from)) co_return co_await send(*refused, from, false);
  if (!from.is_header_done()) co_return false;
  ++server_->counters.requests;
  auto received = server_->reception.receive(from.get(), peer_);
  if (auto* at_once = std::get_if<response>(&received)) co_return co_await send(*at_once, from, from.is_done());
  auto& what = std::get<admitted>(received);
  if (what.stream) {
    co_await host_stream(from, what);
    co_return false;
  }
  const bool is_stranger = what.asked.who.role == role::nobody;
  const auto bytes_max = is_stranger ? server_->options.stranger_body_bytes_max : server_->options.body_bytes_max;
  if (auto refused = co_await read_body(from, bytes_max)) co_return co_await send(*refused, from, false);
  if (!from.is_done()) co_return false;
  const auto answered = co_await call(from, what);
  co_return co_await send(answered, from, true);
}

asio::awaitable<std::optional<response>> connection::read_header(parser& from) {
  from.header_limit(server_->options.header_bytes_max);
  from.body_limit(server_->options.body_bytes_max);
  deadline_.within(server_->options.header_time_max);
  const auto [error, bytes] = co_await http::async_read_header(channel_, received_, from, awaited);
  const bool late = deadline_.done();
  server_->counters.requests_too_slow += late;
  if (!error) co_return std::nullopt;
  co_return refusal_of(error, late);
}

asio::awaitable<std::optional<response>> connection::read_body(parser& from, std::size_t bytes_max) {
  if (from.is_done()) co_return std::nullopt;
  // The parser compares the length in the header with the limit it had then, and counts chunks against this one.
  if (from.content_length().value_or(0) > bytes_max) co_return refusal_of(http::error::body_limit, false);
  from.body_limit(bytes_max);
  deadline_.within(server_->options.body_time_max);
  if (boost::beast::iequals(from.get()[http::field::expect], "100-continue"))
    co_await asio::async_write(channel_, asio::buffer(std::string_view{"HTTP/1.1 100 Continue\r\n\r\n"}), awaited);
  const auto [error, bytes] = co_await http::async_read(channel_, received_, from, awaited);
  const bool late = deadline_.done();
  server_->counters.requests_too_slow += late;
  if (!error) co_return std::nullopt;
  co_return refusal_of(error, late);
}

asio::awaitable<response> connection::call(parser& from, admitted& what) {
  const auto method = what.asked.method;
  if (method == http::verb::post || method == http::verb::put || method == http::verb::patch) {
    auto body = json_body(from.get()[http::field::content_type], from.get().body(), server_->options.body_depth_max);
    if (auto* refused = std::get_if<answer>(&body)) co_return to_response(std::move(*refused));
    what.asked.body = std::move(std::get<boost::json::object>(body));
  }
  pending_.emplace(channel_.get_executor(), server_->options.answer_time_max);
  try {
    what.call->handler(what.asked, pending_->taker());
  } catch (const std::exception& error) {
    log::error("admin", "{} {} failed: {}", to_string(what.call->method), what.call->pattern, error.what());
    pending_->give(answer::error(500, "The call failed; the node's log says why."));
  }
  auto given = co_await pending_->wait();
  pending_.reset();
  server_->counters.requests_failed += given.status == 500;
  server_->counters.requests_unanswered += given.status == 504;
  co_return to_response(std::move(given));
}

asio::awaitable<void> connection::host_stream(const parser& from, admitted& what) {
  auto& counters = server_->counters;
  std::optional<response> refused;
  if (counters.streams_open >= server_->options.streams_max) refused = refusal(503, "Too many streams are open.");
  if (received_.size() > 0 || !from.is_done()) refused = refusal(400, "Nothing may follow this before it is answered.");
  if (refused) {
    co_await send(*refused, from, false);
    co_return;
  }
  const stream_place place{counters};
  const auto opened = make_stream(channel_, server_->options, counters);
  stream_ = opened;
  try {  // before the peer is told: from then on it misses nothing. What is no upgrade is refused by accept().
    if (boost::beast::websocket::is_upgrade(from.get())) what.stream->open(what.asked, opened);
  } catch (const std::exception& error) {
    log::error("admin", "opening {} failed: {}", what.stream->pattern, error.what());
    opened->close(1011, "the node's log says why");
  }
  if (!co_await opened->accept(from.get())) co_return;
  co_await opened->run([&] { return server_->reception.may_stay(from.get(), peer_, what); });
}

asio::awaitable<bool> connection::send(const response& sent, const parser& to, bool may_stay) {
  server_->counters.requests_refused += sent.status >= 400 && sent.status < 500;
  const bool keep_alive = may_stay && to.keep_alive() && !server_->is_stopping;
  const bool is_head = to.is_header_done() && to.get().method() == http::verb::head;
  if (to.is_header_done())
    log::debug("admin", "{} from {}: {} {}", sent.status, peer_.address, to.get().method_string(), to.get().target());
  if (!co_await write(sent, is_head, keep_alive)) co_return false;
  if (!keep_alive) co_await linger();
  co_return keep_alive;
}

asio::awaitable<bool> connection::write(const response& sent, bool is_head, bool keep_alive) {
  const auto head = head_of(sent, keep_alive, std::chrono::system_clock::now());
  const std::array buffers{asio::buffer(head), asio::buffer(is_head ? std::string_view{} : sent.body())};
  deadline_.within(server_->options.write_time_max);
  const auto [error, bytes] = co_await asio::async_write(channel_, buffers, awaited);
  deadline_.done();
  co_return !error;
}

// Closing while something lies unread makes the kernel throw away what the peer has not read yet: the answer.
asio::awaitable<void> connection::linger() {
  channel_.shut_down_sending();
  deadline_.within(server_->options.close_time_max);
  received_.clear();
  for (bool more = true; more && !deadline_.is_late();) {
    const auto [error, bytes] = co_await channel_.async_read_some(received_.prepare(read_bytes), awaited);
    more = !error;
  }
  deadline_.done();
}

}  // namespace troupe::admin
