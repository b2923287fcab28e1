#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "transport/link.hpp"

namespace troupe::transport {

struct socket_link;

/// Sees what passes on the links of one loop while somebody wants to: whole packets as they come and go, beginnings and
/// ends. It only looks. Called on that loop.
class packet_tap {
public:
  virtual void opened(const socket_link& link) noexcept = 0;
  /// Before its handler is called.
  virtual void received(const socket_link& from, std::span<const std::byte> packet) noexcept = 0;
  /// Before they are queued: they leave at the end of the turn, or as the client reads.
  virtual void sent(const socket_link& to, const mqtt::outbox& packets) noexcept = 0;
  /// The node ends the connection, or answers the end of it.
  virtual void closing(const socket_link& link, close_reason why, std::string_view text) noexcept = 0;
  /// It is gone. `told`: whom it had for a handler.
  virtual void closed(const socket_link& gone, const link_events& told, close_cause cause) noexcept = 0;

protected:
  ~packet_tap() = default;
};

}  // namespace troupe::transport
