#include "actors/session/protocol/delivery.hpp"

#include <algorithm>

namespace troupe::session {

delivery make_delivery(const publication_ptr& body, const addressing& to) {
  delivery result;
  result.body = body;
  result.followed = body->followed();
  result.qos = std::min(body->qos(), to.qos);  // [MQTT-3.8.4-8] [MQTT-4.8.2-3]
  result.retain = outgoing_retain(*body, to);
  const auto durable = result.qos != qos::at_most_once && to.sequence != 0;
  const auto several = to.identifiers.size() > 1;
  if (!several && !to.identifiers.empty()) result.identifier = to.identifiers.front();
  if (to.group.empty() && !several && !durable) return result;
  result.more = std::make_unique<delivery::extras>();
  result.more->group = to.group;
  if (several) result.more->identifiers.assign(to.identifiers.begin(), to.identifiers.end());
  if (!durable) return result;
  result.more->message = to.message;
  result.more->sequence = to.sequence;
  return result;
}

bool outgoing_retain(const publication& body, const addressing& to) noexcept {
  if (to.retained) return true;                    // [MQTT3-3.3.1-8]
  return to.retain_as_published && body.retain();  // [MQTT-3.3.1-12, -13]
}

}  // namespace troupe::session
