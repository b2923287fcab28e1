#include "actors/session/close_reasons.hpp"

namespace troupe::actors {

transport::close_reason close_reason_of(mqtt::reason why) noexcept {
  switch (why) {
    case mqtt::reason::success: return transport::close_reason::normal;
    case mqtt::reason::server_shutting_down: return transport::close_reason::going_away;
    case mqtt::reason::malformed_packet:
    case mqtt::reason::protocol_error: return transport::close_reason::protocol_error;
    case mqtt::reason::packet_too_large: return transport::close_reason::too_large;
    case mqtt::reason::implementation_specific_error:
    case mqtt::reason::unspecified_error: return transport::close_reason::internal_error;
    case mqtt::reason::server_busy:
    case mqtt::reason::quota_exceeded: return transport::close_reason::try_again_later;
    default: return transport::close_reason::policy_violation;
  }
}

std::string_view words_of(transport::close_cause cause) noexcept {
  using enum transport::close_cause;
  switch (cause) {
    case closed_by_node: return "the node closed the connection";
    case closed_by_peer: return "the client closed the connection";
    case reset: return "the connection was reset";
    case handshake_timeout: return "the handshake took too long";
    case handshake_refused: return "the handshake was refused";
    case malformed: return "the client sent what is no packet";
    case too_large: return "the client sent a packet that is too large";
    case ping_timeout: return "the client did not answer a WebSocket ping";
  }
  return {};
}

}  // namespace troupe::actors
