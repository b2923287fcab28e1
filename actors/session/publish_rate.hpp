#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "config/options.hpp"
#include "routing/publication.hpp"

namespace troupe::actors {

/// What a client may publish a second (limits::publish_rate_max, publish_bytes_rate_max): tokens fill up to one
/// second's worth; a packet may overdraw them, and the link is not read until they are back.
class publish_rate {
public:
  static bool is_limited(const config::limits& by) noexcept {
    return by.publish_rate_max != 0 || by.publish_bytes_rate_max != 0;
  }

  bool exhausted() const noexcept { return messages_ < 0 || bytes_ < 0; }

  void refill(const config::limits& by, time_point now) noexcept {
    const auto seconds = std::chrono::duration<double>(now - refilled_).count();
    refilled_ = now;
    const auto fill = [&](double& tokens, double rate) { tokens = std::min(rate, tokens + rate * seconds); };
    fill(messages_, by.publish_rate_max);
    fill(bytes_, static_cast<double>(by.publish_bytes_rate_max));
  }
  /// One PUBLISH packet.
  void charge(const config::limits& by, std::size_t packet_bytes) noexcept {
    if (by.publish_rate_max > 0) messages_ -= 1;
    if (by.publish_bytes_rate_max > 0) bytes_ -= static_cast<double>(packet_bytes);
  }

private:
  double messages_ = 0, bytes_ = 0;
  time_point refilled_{};
};

}  // namespace troupe::actors
