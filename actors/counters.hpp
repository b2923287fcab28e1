#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "actors/session/protocol/effects.hpp"

namespace troupe::actors {

/// One number that a single loop adds to and any thread may read: no locked instruction on the path of a message.
class counter {
public:
  void add(std::uint64_t more = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }
  void subtract(std::uint64_t less = 1) noexcept { add(~less + 1); }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::uint64_t> value_ = 0;
};

/// What one loop counts; the node's figures are the sums over its loops.
struct counters {
  counter sessions;              ///< alive, connected or not
  counter connected;             ///< sessions with a link
  counter connections_accepted;  ///< CONNACK with success
  counter connections_refused;   ///< CONNACK with a reason
  counter messages_received;     ///< PUBLISH packets taken from clients
  counter messages_sent;         ///< PUBLISH packets sent for the first time
  counter bytes_received;        ///< payload and topic of the messages received, as held in memory
  counter bytes_sent;
  counter protocol_errors;   ///< links closed for what the client sent
  counter stale_deliveries;  ///< addressed to a session that had ended
  std::array<counter, static_cast<std::size_t>(session::drop_reason::count_of_reasons)> drops;
};

}  // namespace troupe::actors
