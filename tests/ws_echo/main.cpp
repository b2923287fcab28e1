// A server that echoes text and binary messages through the node's own WebSocket layer, so that any WebSocket test
// suite can be pointed at it.

#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "transport/acceptor.hpp"
#include "transport/link_set.hpp"
#include "transport/signals.hpp"

namespace troupe::transport {
namespace {

constexpr std::uint32_t message_bytes_max = 64 * 1024 * 1024;

class echo final : public link_events, public message_events {
public:
  explicit echo(link_set*& set) : set_{set} {}

  void on_message(link& from, websocket::opcode what, std::span<const std::byte> message) override {
    set_->send_message(from, what, message);
  }
  void on_packet(link&, std::span<const std::byte>) override {}
  void on_violation(link& from, close_cause, std::string_view text) override {
    from.close(close_reason::protocol_error, text);
  }
  void on_writable(link&) override {}
  void on_closed(link&, close_cause) override {}

private:
  link_set*& set_;
};

struct arguments {
  std::uint16_t port = 9001;
  bool deflate = false;
};

std::optional<arguments> parse(int argc, char** argv) {
  arguments result;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word{argv[i]};
    if (word == "--deflate") {
      result.deflate = true;
    } else if (word == "--port" && i + 1 < argc) {
      const std::string_view number{argv[++i]};
      const auto end = number.data() + number.size();
      if (const auto read = std::from_chars(number.data(), end, result.port); read.ec != std::errc{} || read.ptr != end)
        return std::nullopt;
    } else {
      return std::nullopt;
    }
  }
  return result;
}

config::listener_options options_for(const arguments& from) {
  config::listener_options options;
  options.name = "echo";
  options.type = config::listener_type::ws;
  options.bind = "127.0.0.1:" + std::to_string(from.port);
  options.websocket.paths = {"/"};
  options.websocket.subprotocol_required = false;
  options.websocket.frame_bytes_max = message_bytes_max;
  options.websocket.deflate.enabled = from.deflate;
  options.websocket.deflate.window_bits = 15;
  options.websocket.deflate.context_takeover = true;
  options.websocket.deflate.threshold_bytes = 0;
  options.limits.outbox_bytes_max = message_bytes_max;
  return options;
}

int serve(const arguments& from) {
  class signals signals {
    SIGTERM, SIGINT
  };
  reactor loop;
  link_stats stats;
  link_set* set = nullptr;
  echo handler{set};
  link_set links{loop, [&](link&, admission) -> link_events& { return handler; }, stats};
  set = &links;
  links.speak_messages(handler);
  const auto listening = std::make_shared<listener>(options_for(from));
  acceptor accepting{loop, links, listening};
  std::printf("%u\n", unsigned{listening->port()});
  std::fflush(stdout);

  auto stopped = false;
  signals.watch(loop, [&](int) { stopped = true; });
  while (!stopped) {
    loop.wait(links.has_pending() ? std::chrono::nanoseconds{} : std::chrono::nanoseconds::max());
    loop.serve(time_point::max());
    links.process_pending();
    links.flush();
  }
  signals.stop();
  return 0;
}

int run(int argc, char** argv) {
  const auto from = parse(argc, argv);
  if (!from) {
    std::fputs("usage: ws_echo [--port N] [--deflate]\n", stderr);
    return 2;
  }
  try {
    return serve(*from);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "ws_echo: %s\n", failure.what());
    return 1;
  }
}

}  // namespace
}  // namespace troupe::transport

int main(int argc, char** argv) { return troupe::transport::run(argc, argv); }
