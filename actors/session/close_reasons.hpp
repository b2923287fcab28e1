#pragma once

#include <string_view>

#include "transport/link.hpp"
#include "transport/mqtt/codec.hpp"

namespace troupe::actors {

/// How a link is closed whose client is told this reason: RFC 6455's status code where it is a WebSocket.
transport::close_reason close_reason_of(mqtt::reason why) noexcept;
/// Why a connection ended that nobody said goodbye on, in words for an operator.
std::string_view words_of(transport::close_cause cause) noexcept;

}  // namespace troupe::actors
