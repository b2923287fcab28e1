#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace troupe::bench {

/// What MQTT 5 lets clients add to their packets, the same for all of a run.
struct properties {
  // PUBLISH
  std::vector<std::byte> forwarded;  ///< content type, response topic and what else goes to the receivers, encoded
  std::optional<std::uint32_t> message_expiry;  ///< seconds
  bool payload_is_text = false;                 ///< then payloads are valid UTF-8, stamps included
  bool topic_alias = false;                     ///< a publisher sends its topic once, where the broker takes aliases

  // CONNECT
  std::uint16_t receive_maximum = 65535;
  std::uint32_t maximum_packet_size = 0;  ///< 0: no limit

  // SUBSCRIBE
  bool no_local = false;
  bool retain_as_published = false;
  std::uint8_t retain_handling = 0;
  std::uint32_t subscription_id = 0;  ///< 0: none
};

}  // namespace troupe::bench
