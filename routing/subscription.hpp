#pragma once

#include <cstdint>

#include "routing/publication.hpp"
#include "routing/shared_text.hpp"

namespace troupe {

/// When a subscription is sent the retained messages that match it (MQTT 5, 3.8.3.1).
enum class retain_handling : std::uint8_t { send = 0, send_if_new = 1, none = 2 };

/// Subscription Options of SUBSCRIBE (MQTT 5, 3.8.3.1); MQTT 3 sets the maximum QoS alone.
struct subscription_options {
  troupe::qos maximum_qos = qos::at_most_once;
  bool no_local = false;
  bool retain_as_published = false;
  troupe::retain_handling retain_handling = retain_handling::send;
  friend bool operator==(const subscription_options&, const subscription_options&) = default;
};

/// One subscription of one session. `filter` is the whole filter as subscribed, `$share/<group>/` and mount point
/// included; `identifier` 0 means none.
struct subscription {
  shared_text filter;
  subscription_options options;
  std::uint32_t identifier = 0;
};

}  // namespace troupe
