#include "actors/session/protocol/restore.hpp"

#include <algorithm>
#include <bit>

namespace troupe::session {

namespace {

/// Deliveries as they come out of a store find their places: under their packet id, or in the queue. A damaged store
/// may hold what no session ever was.
class placement {
public:
  explicit placement(std::vector<kept_session::entry>& from) : from_{from} {}

  void into(record& to) {
    prepare(to);
    for (auto& each : from_) place(to, each);
    to.inflight.link_lost();
  }

private:
  static bool in_flight(const kept_session::entry& each) noexcept {
    return each.packet_id != 0 && each.what.qos != qos::at_most_once && (each.released || each.what.body);
  }

  void prepare(record& to) const {
    std::uint32_t largest = 0;
    for (const auto& each : from_)
      if (in_flight(each)) largest = std::max<std::uint32_t>(largest, each.packet_id);
    if (largest == 0) return;
    constexpr std::uint32_t most = 65535;
    to.inflight.adopt(to.inflight.larger(static_cast<std::uint16_t>(std::min(std::bit_ceil(largest), most))));
  }

  void place(record& to, kept_session::entry& each) {
    if (in_flight(each) && !to.inflight.find(each.packet_id)) {
      to.inflight.add(each.packet_id, std::move(each.what));
      if (each.released) to.inflight.release(each.packet_id);
    } else if (each.what.body && !each.released) {  // what had its PUBREC is never published again [MQTT-4.3.3-6]
      wait(to, std::move(each.what));
    }
  }

  void wait(record& to, delivery what) const {
    if (!to.queue) to.queue = std::make_unique<delivery_queue>();
    if (!to.queue->room()) to.queue->adopt(to.queue->larger());
    to.queue->push(std::move(what));
  }

  std::vector<kept_session::entry>& from_;
};

void put_subscriptions(record& to, std::vector<subscription>& from) {
  std::erase_if(from, [](const subscription& each) { return each.filter.empty(); });
  if (from.empty()) return;
  to.subscriptions.adopt(to.subscriptions.larger(static_cast<std::uint32_t>(from.size())));
  for (auto& each : from) to.subscriptions.put(std::move(each));
}

/// They are routed. No answer belongs to them: tickets of routes start at 1.
void put_received(record& to, std::vector<std::uint16_t>& from) {
  std::ranges::sort(from);
  from.erase(std::unique(from.begin(), from.end()), from.end());
  std::erase(from, std::uint16_t{0});
  if (from.empty()) return;
  to.inbound = std::make_unique<inbound>();
  to.inbound->exactly_once = ring<inbound::received>::with_capacity(static_cast<std::uint32_t>(from.size()));
  for (auto id : from) to.inbound->exactly_once.push_back({.ticket = 0, .packet_id = id, .routed = true});
}

}  // namespace

record restore(kept_session what) {
  record result;
  result.client_id = std::move(what.client_id);
  result.user_name = std::move(what.user_name);
  result.durable = what.number;
  result.version = what.version;
  result.session_expiry = what.session_expiry;
  result.since = what.since;
  result.will = std::move(what.will);
  put_subscriptions(result, what.subscriptions);
  placement{what.queue}.into(result);
  put_received(result, what.received);
  return result;
}

}  // namespace troupe::session
