#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::admin {

enum class event_kind : std::uint8_t {
  client_connected,
  client_refused,       ///< its CONNECT, or what came in place of one
  client_disconnected,  ///< its connection ended
  client_taken_over,    ///< another connection with its client id came
  client_kicked,        ///< an operator cut it
  session_ended,
  actor_started,
  actor_failed,
  actor_restarted,
  actor_stopped,
  alarm_on,
  alarm_off,
};

inline constexpr std::size_t event_kinds = 12;

/// As the API writes it: "client_connected".
std::string_view to_string(event_kind kind) noexcept;
std::optional<event_kind> event_kind_of(std::string_view name) noexcept;

/// Milliseconds since 1970.
using since_1970 = std::chrono::milliseconds;

/// Something that happened to a client or an actor. Text that does not apply is empty.
///
/// What autopsies rely on:
/// - client_connected: `text` may hold "keep alive 60 s" anywhere.
/// - client_refused, client_disconnected by the node: `reason_code` is what an MQTT 5 client was told (an older one was
///   told less), `text` what was wrong.
/// - client_disconnected: `by` is one of `by_client`, `by_node`, `by_network`. By the client without a `reason_code`:
/// it
///   closed the connection and sent no DISCONNECT.
/// - client_taken_over: `address` is that of the new connection.
/// - client_kicked, session_ended: `by` is the operator's name; session_ended has `by_client` where the client wanted
///   nothing to be kept, `by_node` where it expired.
template <class Text>
struct basic_event {
  std::uint64_t id = 0;  ///< grows by one with each event of a node; 0: not kept yet
  since_1970 at{};
  event_kind kind = event_kind::client_connected;
  Text client{};    ///< client id
  Text actor{};     ///< path in the tree of actors
  Text address{};   ///< of the peer, with its port
  Text listener{};  ///< its name
  Text text{};
  std::optional<std::uint8_t> reason_code{};  ///< MQTT 5, 2.4
  std::optional<std::uint16_t> close_code{};  ///< RFC 6455, 7.4
  Text by{};                                  ///< who did it

  friend bool operator==(const basic_event&, const basic_event&) = default;
};

using event = basic_event<std::string>;
/// Its text belongs to somebody else: how events are told of without allocating.
using event_view = basic_event<std::string_view>;

inline constexpr std::string_view by_client = "client";    ///< the one that the event is about
inline constexpr std::string_view by_node = "node";        ///< this one
inline constexpr std::string_view by_network = "network";  ///< the connection broke

inline constexpr std::size_t event_client_bytes_max = 1024;
inline constexpr std::size_t event_text_bytes_max = 256;

/// As much of a text as is kept: never half of a character of UTF-8.
std::string_view bounded(std::string_view text, std::size_t bytes_max) noexcept;
/// The same event with every text as long as it may be at most.
event_view bounded(const event_view& what) noexcept;

event to_event(const event_view& what);
event_view view_of(const event& what) noexcept;

}  // namespace troupe::admin
