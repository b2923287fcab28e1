#pragma once

#include <cstdint>
#include <unordered_set>

namespace troupe::bench {

/// Messages at QoS 2 that subscribers have and the broker has not released (PUBREL): when they come again behind a cut
/// of the connection they are still the same messages [MQTT-4.3.3-10].
class unreleased {
public:
  /// False: it is there.
  bool add(std::uint32_t client, std::uint16_t packet_id) { return all_.insert(key(client, packet_id)).second; }
  void remove(std::uint32_t client, std::uint16_t packet_id) {
    if (!all_.empty()) all_.erase(key(client, packet_id));
  }

private:
  static std::uint64_t key(std::uint32_t client, std::uint16_t packet_id) noexcept {
    return std::uint64_t{client} << 16 | packet_id;
  }
  std::unordered_set<std::uint64_t> all_;
};

}  // namespace troupe::bench
