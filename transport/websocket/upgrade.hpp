#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "config/options.hpp"
#include "transport/address.hpp"
#include "transport/websocket/deflate.hpp"

namespace troupe::websocket {

/// Longest request head that is waited for, and the most fields in it.
inline constexpr std::size_t request_bytes_max = 8 * 1024;
inline constexpr std::size_t request_fields_max = 64;

/// The head of the request is not complete yet.
struct upgrade_incomplete {};

/// Send `response`, then close.
struct upgrade_refused {
  unsigned status;     ///< HTTP: 400, 403, 404, 405, 426 or 431
  std::string reason;  ///< one line, for the log; told in the response's body as well
  std::string response;
};

struct upgrade_accepted {
  std::string response;     ///< 101, to be sent before any frame
  std::size_t consumed;     ///< bytes of the request; what follows are the client's first frames
  std::string path;         ///< without the query
  std::string subprotocol;  ///< empty: none was agreed on
  std::optional<deflate_agreement> deflate;
  /// The client according to X-Forwarded-For; kind::none without one, or when the peer is no trusted proxy.
  transport::peer_address forwarded_for;
};

using upgrade_result = std::variant<upgrade_incomplete, upgrade_refused, upgrade_accepted>;

/// Judges a WebSocket handshake (RFC 6455, 4.2) from all bytes received so far. `peer` is whoever is connected (or the
/// address that a PROXY header told); its X-Forwarded-For counts if `trusted` contains it.
upgrade_result upgrade(std::span<const std::byte> received, const config::websocket_options& options,
                       const transport::peer_address& peer, const transport::network_list& trusted);

/// 429: this listener takes no more connections for the moment. 503: the node does not.
std::string too_many_requests(std::chrono::seconds retry_after);
std::string overloaded(std::chrono::seconds retry_after);

/// Sec-WebSocket-Accept for a Sec-WebSocket-Key.
std::string accept_key(std::string_view key);

/// Whether a browser page of `origin` ("https://chat.example.com:8443") may connect. An allowed entry is an origin, a
/// host (any scheme; any port unless it names one), either of them with a host like `*.example.com` (its subdomains,
/// not itself), or `*`.
bool origin_allowed(std::string_view origin, const std::vector<std::string>& allowed);

}  // namespace troupe::websocket
