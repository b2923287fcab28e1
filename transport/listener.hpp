#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "config/address.hpp"
#include "config/options.hpp"
#include "routing/publication.hpp"
#include "transport/address.hpp"
#include "transport/tls.hpp"

namespace troupe::transport {

/// Why a connection was not served; each has a counter.
enum class refusal : std::uint8_t {
  overload,  ///< the node is short of memory or time
  connections_max,
  rate,
  address,      ///< allow and deny lists
  banned,       ///< an operator has banned the address
  descriptors,  ///< the process has no descriptor left
  proxy_header,
  tls,
  upgrade,
  handshake_timeout,
};
constexpr std::size_t refusal_count = 10;
std::string_view to_string(refusal why) noexcept;

/// What becomes of a fresh connection. Not `closed`: it is served its handshake and then told the reason, by 503 or 429
/// over WebSocket, by CONNACK otherwise.
enum class admission : std::uint8_t { welcome, overloaded, too_many, closed };

/// At most `rate` events a second on average, and as many at once after a quiet second. Shared by all loops.
class rate_limit {
public:
  explicit rate_limit(std::uint32_t rate) noexcept;  ///< 0: no limit
  bool take(time_point now) noexcept;

private:
  std::int64_t interval_ = 0;              ///< nanoseconds of one event
  std::atomic<std::int64_t> earliest_{0};  ///< when the bucket is full again
};

/// One configured listener, for TCP, TLS or Unix sockets, ordered and lossless streams all [MQTT-4.2.0-1]: its options,
/// addresses, limits and counters. Shared by the acceptors of all loops and by
/// the links that came through it, which keep it alive.
class listener {
public:
  /// Who else judges a connection; asked on every loop, empty: nobody.
  struct judges {
    std::function<bool()> overloaded;                 ///< true refuses it
    std::function<bool(const peer_address&)> banned;  ///< true refuses a client from there
  };
  /// Throws std::runtime_error for a bad bind address, network or TLS file; the text names the listener.
  explicit listener(config::listener_options options, judges asked);
  explicit listener(config::listener_options options, std::function<bool()> overloaded = {})
    : listener{std::move(options), judges{std::move(overloaded), {}}} {}
  /// Removes the unix socket that it made.
  ~listener();
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  /// What is in force now. A reference stays as it is, and valid for as long as the listener is there.
  const config::listener_options& options() const noexcept { return *options_.load(std::memory_order_acquire); }
  /// Puts others in force, on any thread. Address, type, TLS, lists of addresses and the rate of connections stay what
  /// they were at the start. The old ones are kept: config::live_options::changes_max bounds them.
  void change(config::listener_options next);
  bool speaks_tls() const noexcept;
  bool speaks_websocket() const noexcept;
  /// Null where it speaks none.
  const tls_context* tls() const noexcept { return tls_ ? &*tls_ : nullptr; }
  /// Throws std::runtime_error and keeps the old certificates when the new ones cannot be read.
  void reload_tls();
  const network_list& trusted_proxies() const noexcept { return trusted_; }
  /// Why nobody from there is let in: allow and deny lists, bans. Nothing: they are.
  std::optional<refusal> objection(const peer_address& client) const;

  /// A non-blocking listening socket for one more loop, owned by the caller. All have the same port: the first call
  /// decides it. Throws std::runtime_error, with the listener's name and address.
  int open();
  /// Says that one of them was closed. The unix socket goes with the last one: nobody would accept what comes.
  void closed() noexcept;
  /// "127.0.0.1:1883", "[::1]:8083" or "unix:/path"; empty before open(). May be asked from any thread.
  std::string bound() const;
  /// 0 for a unix socket.
  std::uint16_t port() const;

  struct verdict {
    admission as;
    refusal why = {};  ///< unless welcome
  };
  /// Judges and counts a connection that was accepted; `peer` is whoever is connected to the socket. Every one that is
  /// not `closed` must be given back by left().
  verdict admit(const peer_address& peer, time_point now);
  void left() noexcept { open_.fetch_sub(1, std::memory_order_relaxed); }
  void count(refusal why) noexcept { refused_[static_cast<std::size_t>(why)].fetch_add(1, std::memory_order_relaxed); }

  std::uint64_t accepted() const noexcept { return accepted_.load(std::memory_order_relaxed); }
  std::uint32_t connections() const noexcept { return open_.load(std::memory_order_relaxed); }
  std::uint64_t refused(refusal why) const noexcept {
    return refused_[static_cast<std::size_t>(why)].load(std::memory_order_relaxed);
  }

private:
  verdict refuse(refusal why, admission how) noexcept;
  int open_ip();
  int open_unix();
  void remove_unix() noexcept;

  std::deque<config::listener_options> versions_;  ///< the last one is in force; those before may still be read
  std::atomic<const config::listener_options*> options_;
  const judges judges_;
  config::bind_target bind_;
  network_list allow_, deny_, trusted_;
  std::optional<tls_context> tls_;
  rate_limit rate_;

  mutable std::mutex mutex_;  ///< of what open() decides, and of the versions
  std::string bound_;
  std::uint16_t port_ = 0;
  int unix_socket_ = -1;
  std::uint32_t unix_copies_ = 0;

  std::atomic<std::uint64_t> accepted_{0};
  std::atomic<std::uint32_t> open_{0};
  std::array<std::atomic<std::uint64_t>, refusal_count> refused_{};
};

}  // namespace troupe::transport
