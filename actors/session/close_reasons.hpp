#pragma once

#include "transport/link.hpp"
#include "transport/mqtt/codec.hpp"

namespace troupe::actors {

/// How a link is closed whose client is told this reason: RFC 6455's status code where it is a WebSocket.
transport::close_reason close_reason_of(mqtt::reason why) noexcept;

}  // namespace troupe::actors
