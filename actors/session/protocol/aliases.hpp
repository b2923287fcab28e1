#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "config/options.hpp"
#include "routing/shared_text.hpp"

namespace troupe::session {

/// Topic aliases of one link, both ways. They live as long as the link [MQTT-3.3.2-7]. Made when the first one is used,
/// with both tables at their full size, so that nothing is allocated later.
struct aliases {
  /// Alias n of the client stands at n - 1; empty: not established.
  std::vector<shared_text> from_client;
  /// Ours towards the client, likewise; the first topics sent win. Reserved up to the client's Topic Alias Maximum.
  std::vector<shared_text> to_client;
  std::uint16_t to_client_max = 0;

  /// Our alias of a topic, 0 if it has none.
  std::uint16_t find(std::string_view topic) const noexcept {
    auto found = std::ranges::find_if(to_client, [&](const shared_text& known) { return known.view() == topic; });
    return found == to_client.end() ? std::uint16_t{0} : static_cast<std::uint16_t>(found - to_client.begin() + 1);
  }
};

/// `to_client_max`: the client's Topic Alias Maximum, capped by ours.
inline std::unique_ptr<aliases> make_aliases(const config::limits& limits, std::uint16_t to_client_max) {
  auto result = std::make_unique<aliases>();
  result->from_client.resize(limits.topic_alias_max);
  result->to_client.reserve(to_client_max);
  result->to_client_max = to_client_max;
  return result;
}

}  // namespace troupe::session
