#include "actors/admin/http/websocket.hpp"

#include <chrono>
#include <deque>
#include <exception>
#include <string>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

#include "config/log.hpp"

namespace troupe::admin {

namespace {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;

constexpr auto awaited = asio::as_tuple(asio::use_awaitable);
// An event stream takes no messages; a ping's or a close's few bytes are no messages.
constexpr std::size_t message_bytes_max = 4096;
// What an entry of the queue costs besides its text: many empty messages count as well.
constexpr std::size_t entry_bytes = sizeof(std::string);

class beast_stream final : public hosted_stream, public std::enable_shared_from_this<beast_stream> {
public:
  beast_stream(channel over, const server_options& options, server_counters& counters)
    : options_{options},
      counters_{counters},
      channel_{over},
      socket_{std::move(over)},
      wakeup_{socket_.get_executor(), asio::steady_timer::time_point::max()},
      check_{socket_.get_executor()},
      end_{socket_.get_executor()} {}

  void send(std::string text) override {
    if (!is_open()) return;
    waiting_bytes_ += text.size() + entry_bytes;
    waiting_.push_back(std::move(text));
    if (waiting_bytes_ > options_.stream_queue_bytes_max) {
      ++counters_.streams_too_slow;
      close(websocket::close_code::policy_error, "reads too slowly");
    }
    wakeup_.cancel();
  }

  void close(std::uint16_t code, std::string_view reason) override {
    if (!is_open()) return;
    reason_ = websocket::close_reason{static_cast<websocket::close_code>(code), reason.substr(0, 123)};
    is_closing_ = true;
    // The one in front is being written, if any: its bytes stay until that is done.
    if (!waiting_.empty()) waiting_.erase(waiting_.begin() + (is_writing_ ? 1 : 0), waiting_.end());
    wakeup_.cancel();
    // A peer that does not read does not let the close frame out either.
    end_.expires_after(options_.close_time_max);
    end_.async_wait([kept = shared_from_this()](boost::system::error_code error) {
      if (!error) kept->channel_.close();
    });
  }

  void on_close(std::function<void()> then) override {
    if (has_ended_)
      then();
    else
      on_close_ = std::move(then);
  }

  bool is_open() const override { return !is_closing_ && !has_ended_; }

  asio::awaitable<bool> accept(const request_header& header) override {
    websocket::stream_base::timeout limits{};
    limits.handshake_timeout = options_.header_time_max;
    limits.idle_timeout = options_.ping_interval * 2;  // Beast pings when half of it has passed in silence
    limits.keep_alive_pings = true;
    socket_.set_option(limits);
    socket_.set_option(websocket::stream_base::decorator([](websocket::response_type& upgrade) {
      for (const auto& [name, value] : security_fields()) upgrade.set(name, value);
    }));
    socket_.read_message_max(message_bytes_max);
    socket_.auto_fragment(false);  // nothing is sent between two parts of a message
    const boost::beast::http::request<boost::beast::http::empty_body> asked{header};
    const auto [error] = co_await socket_.async_accept(asked, awaited);
    if (error) end();
    co_return !error;
  }

  asio::awaitable<void> run(std::function<bool()> may_stay) override {
    check_later(std::move(may_stay));
    asio::co_spawn(socket_.get_executor(), read(shared_from_this()), asio::detached);
    co_await write();
    end();
  }

private:
  // Reading answers pings, sees the peer's close, and takes no message.
  asio::awaitable<void> read(std::shared_ptr<beast_stream> /*kept*/) {
    boost::beast::flat_buffer message;
    const auto [error, bytes] = co_await socket_.async_read(message, awaited);
    if (!error) {
      close(websocket::close_code::policy_error, "this stream takes no messages");
      co_return;
    }
    has_ended_ = true;
    wakeup_.cancel();
    // A write to a peer that is gone, or whose farewell was answered, need not end by itself.
    channel_.cancel();
  }

  asio::awaitable<void> write() {
    while (is_open()) {
      if (waiting_.empty()) {
        co_await wakeup_.async_wait(awaited);
        continue;
      }
      is_writing_ = true;
      const auto [error, bytes] = co_await socket_.async_write(asio::buffer(waiting_.front()), awaited);
      is_writing_ = false;
      waiting_bytes_ -= waiting_.front().size() + entry_bytes;
      waiting_.pop_front();
      if (error) co_return;
    }
    if (!has_ended_) co_await socket_.async_close(reason_, awaited);
  }

  void check_later(std::function<bool()> may_stay) {
    check_.expires_after(options_.ping_interval);
    check_.async_wait([kept = shared_from_this(), may_stay = std::move(may_stay)](boost::system::error_code error) {
      if (error || !kept->is_open()) return;
      if (may_stay())
        kept->check_later(may_stay);
      else
        kept->close(websocket::close_code::policy_error, "not allowed any more");
    });
  }

  void end() {
    has_ended_ = true;
    check_.cancel();
    end_.cancel();
    channel_.close();
    waiting_.clear();
    try {
      if (const auto then = std::exchange(on_close_, nullptr)) then();
    } catch (const std::exception& error) {
      log::error("admin", "the handler of a stream's end failed: {}", error.what());
    }
  }

  const server_options& options_;
  server_counters& counters_;
  channel channel_;
  websocket::stream<channel> socket_;
  asio::steady_timer wakeup_;  ///< cancelled when there is something to write, or an end
  asio::steady_timer check_;
  asio::steady_timer end_;
  std::deque<std::string> waiting_;
  std::size_t waiting_bytes_ = 0;
  websocket::close_reason reason_;
  bool is_writing_ = false;
  bool is_closing_ = false;
  bool has_ended_ = false;
  std::function<void()> on_close_;
};

}  // namespace

std::shared_ptr<hosted_stream> make_stream(channel over, const server_options& options, server_counters& counters) {
  return std::make_shared<beast_stream>(std::move(over), options, counters);
}

}  // namespace troupe::admin
