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

}  // namespace troupe::actors
