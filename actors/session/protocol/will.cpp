#include "actors/session/protocol/will.hpp"

namespace troupe::session {

publication_ptr publish_will(const stored_will& will, session_ref publisher, std::uint32_t publisher_hash,
                             time_point now) {
  return publication::make({
    .topic = will.body->topic(),
    .properties = will.body->properties(),
    .payload = will.body->payload(),
    .qos = will.body->qos(),
    .retain = will.body->retain(),  // [MQTT-3.1.2-14] [MQTT-3.1.2-15]
    .expires = will.message_expiry ? now + std::chrono::seconds{*will.message_expiry} : time_point::max(),
    .publisher = publisher,
    .publisher_hash = publisher_hash,
    .arrived = now,
  });
}

}  // namespace troupe::session
