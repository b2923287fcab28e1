#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "transport/acceptor.hpp"
#include "transport/link_set.hpp"
#include "transport/websocket/frame_decoder.hpp"
#include "transport/websocket/frame_encoder.hpp"

/// What the tests of links share: a loop that is run by hand, and a client that knows nothing but bytes.
namespace troupe::transport::test {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;

/// Only a safety net: a test that waits so long has failed.
constexpr auto patience = 10s;

inline std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span{text}); }

/// A PUBLISH at QoS 0 as far as its frame goes; `fill` makes its payload recognisable.
inline std::string packet(std::size_t body_bytes, char fill = 'x') {
  std::string result{'\x30'};
  auto left = body_bytes;
  do {
    auto digit = left % 128;
    left /= 128;
    result.push_back(static_cast<char>(left ? digit | 128 : digit));
  } while (left);
  return result + std::string(body_bytes, fill);
}

inline std::string client_frame(std::string_view payload, websocket::opcode op = websocket::opcode::binary,
                                bool compressed = false) {
  std::vector<std::byte> out;
  websocket::append_client_frame(out, op, bytes_of(payload), {std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}},
                                 compressed);
  return text_of(out);
}

inline const std::string upgrade_request =
  "GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";

/// Remembers what a link reports; `during_packet` acts inside the handler.
struct recorder final : link_events {
  void on_packet(link& from, std::span<const std::byte> bytes) override {
    packets.push_back(text_of(bytes));
    last = &from;
    if (during_packet) during_packet(from, bytes);
  }
  void on_violation(link& from, close_cause cause, std::string_view) override {
    violation = cause;
    if (close_on_violation) from.close(close_reason::protocol_error, "violation");
  }
  void on_writable(link&) override { ++writable; }
  void on_closed(link&, close_cause cause) override {
    ++closes;
    closed = cause;
  }

  std::vector<std::string> packets;
  link* last = nullptr;
  std::optional<close_cause> violation, closed;
  int writable = 0;
  int closes = 0;
  bool close_on_violation = true;
  std::function<void(link&, std::span<const std::byte>)> during_packet;
};

/// One loop with its links; every link that opens is handled by `events`.
struct loop {
  reactor io;
  link_stats stats;
  recorder events;
  std::vector<link*> opened;
  std::vector<admission> admitted;
  link_set links{io,
                 [this](link& fresh, admission as) -> link_events& {
                   opened.push_back(&fresh);
                   admitted.push_back(as);
                   return events;
                 },
                 stats};

  void turn() {
    io.wait({});
    io.serve(time_point::max());
    links.process_pending();
    links.flush();
  }
};

inline bool run_until(std::initializer_list<loop*> loops, const std::function<bool()>& done) {
  const auto limit = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < limit) {
    for (auto* each : loops) each->turn();
    if (done()) return true;
    (*loops.begin())->io.wait(1ms);
  }
  return false;
}

/// A loop with one listener on it.
struct server : loop {
  explicit server(config::listener_options options = {}, std::function<bool()> overloaded = {})
    : listening{std::make_shared<listener>(with_defaults(std::move(options)), std::move(overloaded))},
      accepting{io, links, listening} {}

  static config::listener_options with_defaults(config::listener_options options) {
    if (options.name.empty()) options.name = "test";
    if (options.bind.empty()) options.bind = "127.0.0.1:0";
    return options;
  }

  bool until(const std::function<bool()>& done) { return run_until({this}, done); }

  std::shared_ptr<listener> listening;
  acceptor accepting;
};

inline config::listener_options websocket_options() {
  config::listener_options options;
  options.type = config::listener_type::ws;
  return options;
}

/// The other end: a plain socket. Never blocks; what has come so far is in `received`.
class client {
public:
  explicit client(const listener& to, int receive_buffer_bytes = 0)
    : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    if (receive_buffer_bytes != 0)
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(to.port());
    begin(reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  explicit client(const std::string& unix_path) : fd_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, unix_path.data(), unix_path.size());
    begin(reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  ~client() { close(); }
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  /// Returns how much the kernel took.
  std::size_t send(std::string_view bytes) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return sent > 0 ? static_cast<std::size_t>(sent) : 0;
  }
  /// Takes what has come; true once at least `bytes` have.
  bool has(std::size_t bytes) {
    read();
    return received.size() >= bytes;
  }
  /// The server has shut down its side.
  bool ended() {
    read();
    return end_;
  }
  bool was_reset() const noexcept { return reset_; }
  void read() {
    char buffer[65536];
    for (;;) {
      const auto count = ::recv(fd_, buffer, sizeof buffer, 0);
      if (count > 0) received.append(buffer, static_cast<std::size_t>(count));
      if (count == 0) end_ = true;
      if (count < 0 && errno == ECONNRESET) end_ = reset_ = true;
      if (count <= 0) return;
    }
  }
  void shut_down() { ::shutdown(fd_, SHUT_WR); }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  /// Close with RST.
  void reset() {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }
  int fd() const noexcept { return fd_; }

  std::string received;

private:
  void begin(const sockaddr* to, socklen_t size) {
    if (::connect(fd_, to, size) != 0) throw std::runtime_error{std::string{"connect: "} + std::strerror(errno)};
    ::fcntl(fd_, F_SETFL, O_NONBLOCK);
  }

  int fd_;
  bool end_ = false;
  bool reset_ = false;
};

/// What a server's frames hold: data joined, close code, pings and pongs.
struct frames {
  std::string data, pongs, close_text;
  int pings = 0;
  std::uint16_t close_code = 0;

  explicit frames(std::string bytes) {
    websocket::received_bytes in{std::as_writable_bytes(std::span{bytes})};
    websocket::frame_decoder decoder;
    websocket::frame_rules rules;
    rules.masked = false;
    for (;;) {
      const auto event = decoder.next(in, rules);
      using kind = enum websocket::frame_event::kind;
      if (event.kind == kind::ping) ++pings;
      if (event.kind == kind::pong) pongs += text_of(event.payload) + ";";
      if (event.kind == kind::close) {
        close_code = static_cast<std::uint16_t>(event.code);
        close_text = text_of(event.payload);
      }
      if (event.kind == kind::none || event.kind == kind::close || event.kind == kind::violation) break;
    }
    data = text_of(in.take());
  }
};

/// The bytes behind the head of the response, once it is complete.
inline std::optional<std::string> behind_head(const std::string& received) {
  const auto end = received.find("\r\n\r\n");
  if (end == std::string::npos) return std::nullopt;
  return received.substr(end + 4);
}

inline frames frames_of(const client& from) { return frames{behind_head(from.received).value_or("")}; }

/// Sends the upgrade, with further fields, and waits for the answer.
inline bool upgrade(server& on, client& with, std::string_view fields = {}) {
  auto request = upgrade_request;
  with.send(request.insert(request.size() - 2, fields));
  return on.until([&] {
    with.read();
    return behind_head(with.received).has_value();
  });
}

inline void send_text(link& to, std::string_view text) {
  mqtt::outbox out;
  const auto bytes = bytes_of(text);
  out.bytes().insert(out.bytes().end(), bytes.begin(), bytes.end());
  to.send(out);
}

}  // namespace troupe::transport::test
