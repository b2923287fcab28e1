#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "transport/mqtt/codec.hpp"
#include "transport/work_mark.hpp"

namespace troupe::transport {

class link;
class listener;

/// Why a link ended, for the log, the counters and the session's will.
enum class close_cause : std::uint8_t {
  closed_by_node,     ///< close() was called
  closed_by_peer,     ///< end of stream, or a WebSocket close frame
  reset,              ///< the socket failed
  handshake_timeout,  ///< TLS, PROXY or upgrade not done in time
  handshake_refused,  ///< answered 4xx/5xx, or a TLS failure
  malformed,          ///< bytes that are not WebSocket frames or MQTT packets
  too_large,
  ping_timeout,
};

/// Why the node closes a link: told in a WebSocket close code (RFC 6455, 7.4.1) where there is one.
enum class close_reason : std::uint8_t {
  normal,
  going_away,
  protocol_error,
  unsupported_data,
  policy_violation,
  too_large,
  internal_error,
  try_again_later
};

/// Whoever works on a link: the handshake before CONNECT, the session after. Called on the link's loop only.
class link_events {
public:
  /// One whole MQTT packet (fixed header and body), unmasked and inflated. `packet` is valid during the call.
  virtual void on_packet(link& from, std::span<const std::byte> packet) = 0;
  /// The peer sent what is no packet. The handler may still send (DISCONNECT 0x81, 0x95); it must close the link.
  virtual void on_violation(link& from, close_cause cause, std::string_view text) = 0;
  /// The outbox fell below half of its limit after it had passed it.
  virtual void on_writable(link& from) = 0;
  /// Last call: the link is destroyed after it. Not called for a link that was released to another loop.
  virtual void on_closed(link& gone, close_cause cause) = 0;

protected:
  ~link_events() = default;
};

/// One network connection and everything that keeps its bytes: socket, TLS, WebSocket frame state, unread bytes,
/// outbox. Belongs to the link_set of one loop and is touched by that loop only.
class link {
public:
  virtual ~link() = default;

  /// Who is called; never null while the link is open.
  virtual void handler(link_events& to) noexcept = 0;

  /// Queues everything in `from` (which is cleared) behind what is queued already; written at the end of the turn.
  virtual void send(mqtt::outbox& from) = 0;
  /// Encoded bytes that the socket has not taken yet.
  virtual std::size_t outbox_bytes() const noexcept = 0;
  /// Since when the oldest of these has waited for the socket; max(): none does.
  virtual time_point waits_since() const noexcept { return time_point::max(); }
  /// What a loop that works for this link's socket is marked with; nobody: it is not.
  virtual work_mark::whom mark() const noexcept { return work_mark::nobody; }
  /// Whether outbox_bytes() passed limits::outbox_bytes_max and has not fallen below half of it since.
  virtual bool congested() const noexcept = 0;

  /// Stops and starts calling on_packet; pause() takes effect before the next packet, also from inside on_packet.
  /// resume() never calls on_packet itself: unread packets come later in the turn.
  virtual void pause() noexcept = 0;
  virtual void resume() = 0;
  virtual bool paused() const noexcept = 0;

  /// Flushes what is queued, tells the reason (WebSocket close frame, TLS close_notify), shuts down the sending side,
  /// reads on and discards for limits::linger at the most, then closes. No on_packet after it; on_closed comes once.
  virtual void close(close_reason why, std::string_view text) = 0;

  virtual const transport::listener& listener() const noexcept = 0;
  /// Address of the client, "1.2.3.4:5678", "[::1]:5678" or "unix"; through a trusted proxy the one it told.
  virtual std::string peer() const = 0;
  /// Whether the real client is on this machine (loopback address or unix socket).
  virtual bool peer_is_local() const noexcept = 0;
  /// Subject common name of the client's certificate, empty without one.
  virtual std::string certificate_common_name() const = 0;
  virtual std::uint64_t bytes_received() const noexcept = 0;
  virtual std::uint64_t bytes_sent() const noexcept = 0;
};

}  // namespace troupe::transport
