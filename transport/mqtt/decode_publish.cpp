#include "transport/mqtt/decoder.hpp"

namespace troupe::mqtt {
namespace {

void read_properties(source& from, publish_properties& to) {
  property_block block{from};
  property_value value;
  while (block.next(value)) {
    if (take_message_property(from, value, to)) continue;
    if (value.id == property::topic_alias)
      to.topic_alias = static_cast<std::uint16_t>(value.number);
    else
      to.subscription_identifiers.push_back(value.number);
  }
}

/// A topic name is told, or in MQTT 5 an alias stands for it.
void check_topic(source& from, const publish& told) noexcept {
  if (!told.topic.empty()) {
    if (!is_topic_name(told.topic))
      from.fail(reason::topic_name_invalid, "a topic name holds a wildcard");  // [MQTT-3.3.2-2]
  } else if (told.properties.topic_alias == 0) {
    from.fail(reason::protocol_error, "neither topic name nor topic alias");  // [MQTT-4.7.3-1]
  }
}

}  // namespace

bool take_message_property(source& from, const property_value& value, publish_properties& to) {
  switch (value.id) {
    case property::message_expiry_interval: to.message_expiry = value.number; return true;
    case property::payload_format_indicator: to.payload_is_text = value.number == 1; break;
    case property::response_topic:
      to.response_topic = value.text();
      if (!value.value.empty() && !is_topic_name(to.response_topic))
        from.fail(reason::protocol_error, "the response topic holds a wildcard");  // [MQTT-3.3.2-14]
      break;
    case property::content_type:
    case property::correlation_data:
    case property::user_property: break;
    default: return false;
  }
  join(to.forwarded, value.encoded, from);  // in the order received [MQTT-3.3.2-18] [MQTT-3.1.3-10]
  return true;
}

void read(source& from, publish& to) {
  const auto level = from.flags >> 1 & 3u;
  to.duplicate = (from.flags & 8u) != 0;
  to.retain = (from.flags & 1u) != 0;
  if (level == 3) return from.fail(reason::malformed_packet, "QoS 3");                         // [MQTT-3.3.1-4]
  if (to.duplicate && level == 0) return from.fail(reason::malformed_packet, "DUP at QoS 0");  // [MQTT-3.3.1-2]
  to.qos = static_cast<troupe::qos>(level);
  to.topic = from.in.text();                           // [MQTT-3.3.2-1]
  if (level != 0) to.packet_id = from.in.packet_id();  // [MQTT-2.2.1-2]
  if (from.v5()) read_properties(from, to.properties);
  check_topic(from, to);
  to.payload = from.in.rest();
}

void read(source& from, acknowledgement& to) {
  to.type = from.type;
  to.packet_id = from.in.packet_id();
  if (from.in.empty() || !from.v5()) return;
  to.reason = from.reason_code();
  if (from.in.empty()) return;
  property_block block{from};
  property_value value;
  while (block.next(value)) {
    if (value.id == property::reason_string)
      to.reason_string = value.text();
    else
      join(to.user_properties, value.encoded, from);
  }
}

}  // namespace troupe::mqtt
