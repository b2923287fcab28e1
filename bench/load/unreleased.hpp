#pragma once

#include <cstdint>
#include <unordered_map>
#include <unordered_set>

namespace troupe::bench {

/// Messages at QoS 2 that subscribers have and the broker has not released (PUBREL): when they come again behind a cut
/// of the connection they are still the same messages [MQTT-4.3.3-10].
class unreleased {
public:
  /// False: it is there.
  bool add(std::uint32_t client, std::uint16_t packet_id) { return all_[client].insert(packet_id).second; }
  void remove(std::uint32_t client, std::uint16_t packet_id) {
    if (const auto found = all_.find(client); found != all_.end()) found->second.erase(packet_id);
  }
  /// The session is gone: identifiers begin anew.
  void forget(std::uint32_t client) { all_.erase(client); }

private:
  std::unordered_map<std::uint32_t, std::unordered_set<std::uint16_t>> all_;
};

}  // namespace troupe::bench
