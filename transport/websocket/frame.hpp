#pragma once

#include <cstdint>

#include "transport/link.hpp"

namespace troupe::websocket {

/// RFC 6455, 5.2.
enum class opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// RFC 6455, 7.4.1 and the registry of close codes. Peers may use others (3000..4999).
enum class close_code : std::uint16_t {
  none = 0,
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported_data = 1003,
  no_status = 1005,  ///< never on the wire: the close frame held no code
  invalid_payload = 1007,
  policy_violation = 1008,
  too_large = 1009,
  internal_error = 1011,
  try_again_later = 1013,
};

/// Whether `code` may stand in a close frame.
constexpr bool may_be_sent(std::uint16_t code) noexcept {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

constexpr close_code code_of(transport::close_reason why) noexcept {
  using enum transport::close_reason;
  switch (why) {
    case normal: return close_code::normal;
    case going_away: return close_code::going_away;
    case protocol_error: return close_code::protocol_error;
    case unsupported_data: return close_code::unsupported_data;
    case policy_violation: return close_code::policy_violation;
    case too_large: return close_code::too_large;
    case internal_error: return close_code::internal_error;
    case try_again_later: return close_code::try_again_later;
  }
  return close_code::internal_error;
}

}  // namespace troupe::websocket
