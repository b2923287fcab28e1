#include "transport/mqtt/codec.hpp"
#include "transport/mqtt/decoder.hpp"

namespace troupe::mqtt {
namespace {

std::string_view read_filter(source& from) noexcept {
  const auto filter = from.in.text();                                                // [MQTT-3.8.3-1] [MQTT-3.10.3-1]
  if (filter.empty()) from.fail(reason::malformed_packet, "an empty topic filter");  // [MQTT-4.7.3-1]
  return filter;
}

/// Subscription Options; in MQTT 3 the requested QoS, whose other bits are reserved from 3.1.1 on.
subscription_options read_options(source& from, std::string_view filter) noexcept {
  const unsigned byte = from.in.byte();
  const auto level = byte & 3;
  const auto handling = byte >> 4 & 3;
  const unsigned reserved = from.v5() ? 0xC0 : from.speaks == version::v3_1_1 ? 0xFC : 0;
  if ((byte & reserved) != 0)
    from.fail(reason::malformed_packet, "reserved bits of a subscription are set");    // [MQTT-3.8.3-5] [MQTT3-3.8.3-4]
  if (level == 3) from.fail(reason::protocol_error, "a subscription asks for QoS 3");  // [MQTT3-3.8.3-4]
  if (!from.v5()) return {.maximum_qos = static_cast<qos>(level)};

  const bool no_local = (byte & 4) != 0;
  if (handling == 3) from.fail(reason::protocol_error, "Retain Handling is 3");
  if (no_local && filter.starts_with("$share/"))
    from.fail(reason::protocol_error, "No Local on a shared subscription");  // [MQTT-3.8.3-4]
  return {static_cast<qos>(level), no_local, (byte & 8) != 0, static_cast<retain_handling>(handling)};
}

/// A SUBACK's reason, or the return code that stands for it in MQTT 3.
reason read_answer(source& from) noexcept {
  if (from.v5()) return from.reason_code();
  const auto code = from.in.byte();
  if (code > 2 && code != 0x80) from.fail(reason::protocol_error, "an unknown return code");
  return static_cast<reason>(code);
}

}  // namespace

void read(source& from, subscribe& to) {
  to.packet_id = from.in.packet_id();
  if (from.v5()) {
    property_block block{from};
    property_value value;
    while (block.next(value)) {
      if (value.id == property::subscription_identifier)
        to.identifier = value.number;
      else
        join(to.user_properties, value.encoded, from);
    }
  }
  if (from.in.empty()) from.fail(reason::protocol_error, "no topic filter");  // [MQTT-3.8.3-2]
  while (!from.in.empty()) {
    const auto filter = read_filter(from);
    const auto options = read_options(from, filter);
    if (from.in.ok()) to.entries.push_back({filter, options});
  }
}

void read(source& from, unsubscribe& to) {
  to.packet_id = from.in.packet_id();
  if (from.v5()) {
    property_block block{from};
    property_value value;
    while (block.next(value)) join(to.user_properties, value.encoded, from);
  }
  if (from.in.empty()) from.fail(reason::protocol_error, "no topic filter");  // [MQTT-3.10.3-2]
  while (!from.in.empty()) to.filters.push_back(read_filter(from));
}

void read(source& from, subscription_acknowledgement& to) {
  to.type = from.type;
  to.packet_id = from.in.packet_id();
  if (!from.v5() && to.type == packet_type::unsuback) return;
  if (from.v5()) {
    property_block block{from};
    property_value value;
    while (block.next(value)) {
      if (value.id == property::reason_string)
        to.reason_string = value.text();
      else
        join(to.user_properties, value.encoded, from);
    }
  }
  if (from.in.empty()) from.fail(reason::protocol_error, "no reason code");  // [MQTT-3.8.4-6]
  while (!from.in.empty()) to.reasons.push_back(read_answer(from));
}

}  // namespace troupe::mqtt
