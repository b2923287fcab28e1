#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "bench/load/plan.hpp"

namespace troupe::bench {

/// Replaces `to` by the request that begins a WebSocket (RFC 6455, 4.1). The key is the same in each: nothing here is
/// there to be protected from caches between.
void write_upgrade_request(const endpoint& at, std::string& to);

struct upgrade_answer {
  std::size_t bytes = 0;     ///< of the answer; 0: it is not complete
  bool compression = false;  ///< permessage-deflate was agreed on, as it was offered
  std::string refusal;       ///< not empty: why this is no WebSocket
};

upgrade_answer read_upgrade_answer(std::span<const std::byte> received);

}  // namespace troupe::bench
