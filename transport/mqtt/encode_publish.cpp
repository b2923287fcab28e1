#include <cassert>

#include "transport/mqtt/codec.hpp"
#include "transport/mqtt/writer.hpp"

namespace troupe::mqtt {
namespace {

/// What a delivery takes on the wire.
struct delivery_size {
  std::size_t topic = 0;       ///< without its length
  std::size_t properties = 0;  ///< without their length
  std::size_t remaining = 0;
  std::size_t packet() const noexcept { return 1 + variable_size(remaining) + remaining; }
};

delivery_size measure(const publication& body, const delivery_header& header, bool v5) noexcept {
  delivery_size size;
  const bool named = !(v5 && header.topic_known);
  size.topic = named ? body.topic().size() - header.mount_point_bytes : 0;
  size.remaining = 2 + size.topic + (header.qos == qos::at_most_once ? 0u : 2u) + body.payload().size();
  if (!v5) return size;
  size.properties = body.properties().size() + (header.message_expiry ? 5u : 0u) + (header.topic_alias != 0 ? 3u : 0u);
  for (const auto identifier : header.subscription_identifiers) size.properties += 1 + variable_size(identifier);
  size.remaining += variable_size(size.properties) + size.properties;
  return size;
}

unsigned first_byte(const delivery_header& header) noexcept {
  const auto level = static_cast<unsigned>(header.qos);
  const bool again = header.duplicate && header.qos != qos::at_most_once;  // [MQTT-3.3.1-2] [MQTT-4.3.1-1]
  return 0x30u | (again ? 8u : 0u) | level << 1 | (header.retain ? 1u : 0u);
}

void write_properties(writer& to, const publication& body, const delivery_header& header, std::size_t size) noexcept {
  to.variable(size);
  if (header.message_expiry) to.four(property::message_expiry_interval, *header.message_expiry);  // [MQTT-3.3.2-6]
  if (header.topic_alias != 0) to.two(property::topic_alias, header.topic_alias);                 // [MQTT-3.3.2-8]
  for (const auto identifier : header.subscription_identifiers)  // [MQTT-3.3.4-3] [MQTT-3.3.4-4]
    to.variable(property::subscription_identifier, identifier);
  // [MQTT-3.3.2-4] [MQTT-3.3.2-15] [MQTT-3.3.2-16] [MQTT-3.3.2-17] [MQTT-3.3.2-18] [MQTT-3.3.2-20]
  to.raw(body.properties());
}

}  // namespace

std::size_t encode_publish(const publication_ptr& body, const delivery_header& header, version speaks, outbox& out) {
  const bool v5 = speaks == version::v5;
  const auto size = measure(*body, header, v5);
  assert(header.mount_point_bytes < body->topic().size() && size.remaining <= remaining_length_max);
  const auto payload = body->payload();
  const bool shared = payload.size() >= outbox::share_from;

  writer to{out.bytes(), size.packet() - (shared ? payload.size() : 0)};
  to.byte(first_byte(header));
  to.variable(size.remaining);
  to.text(body->topic().substr(body->topic().size() - size.topic));
  if (header.qos != qos::at_most_once) to.two(header.packet_id);  // [MQTT-2.2.1-2]
  if (v5) write_properties(to, *body, header, size.properties);
  if (shared)
    out.share(body, payload);
  else
    to.raw(payload);
  return size.packet();
}

std::size_t publish_size(const publication& body, const delivery_header& header, version speaks) noexcept {
  return measure(body, header, speaks == version::v5).packet();
}

}  // namespace troupe::mqtt
