#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "transport/mqtt/packets.hpp"

/// Properties of MQTT 5 (2.2.2): their identifiers, and the runs of encoded properties that packets carry on unaltered
/// (`publish_properties::forwarded`, `user_properties`).
namespace troupe::mqtt {

enum class property : std::uint8_t {
  payload_format_indicator = 0x01,
  message_expiry_interval = 0x02,
  content_type = 0x03,
  response_topic = 0x08,
  correlation_data = 0x09,
  subscription_identifier = 0x0B,
  session_expiry_interval = 0x11,
  assigned_client_identifier = 0x12,
  server_keep_alive = 0x13,
  authentication_method = 0x15,
  authentication_data = 0x16,
  request_problem_information = 0x17,
  will_delay_interval = 0x18,
  request_response_information = 0x19,
  response_information = 0x1A,
  server_reference = 0x1C,
  reason_string = 0x1F,
  receive_maximum = 0x21,
  topic_alias_maximum = 0x22,
  topic_alias = 0x23,
  maximum_qos = 0x24,
  retain_available = 0x25,
  user_property = 0x26,
  maximum_packet_size = 0x27,
  wildcard_subscription_available = 0x28,
  subscription_identifier_available = 0x29,
  shared_subscription_available = 0x2A,
};

/// One property as it stands in the buffer.
struct property_value {
  property id = property::user_property;
  std::uint32_t number = 0;    ///< of integer properties
  std::string_view name = {};  ///< of a user property
  bytes_view value = {};       ///< of strings and binary data, and of a user property
  bytes_view encoded = {};     ///< identifier included

  std::string_view text() const noexcept { return {reinterpret_cast<const char*>(value.data()), value.size()}; }
};

struct user_property {
  std::string_view name;
  std::string_view value;
  friend bool operator==(const user_property&, const user_property&) = default;
};

/// Takes the first property off `run`. Nothing at its end, or where the run is not well-formed.
std::optional<property_value> next_property(bytes_view& run) noexcept;

/// Builds runs. Precondition: text is well-formed UTF-8 of at most 65535 bytes.
void append_payload_format(bool payload_is_text, std::vector<std::byte>& run);
/// `id` is a property of type string.
void append_text(property id, std::string_view text, std::vector<std::byte>& run);
void append_correlation_data(bytes_view data, std::vector<std::byte>& run);
void append_user_property(const user_property& added, std::vector<std::byte>& run);

}  // namespace troupe::mqtt
