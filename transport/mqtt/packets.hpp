#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "routing/subscription.hpp"

/// MQTT control packets as structs, one set for 3.1, 3.1.1 and 5.0. Views point into the buffer that was decoded or the
/// decoder's scratch (or into what the caller encodes) and are valid as long as these. Fields of MQTT 5 keep their
/// defaults in MQTT 3. Properties that travel on unaltered, user properties above all, are kept as one run of encoded
/// bytes; properties.hpp reads and builds such runs.
namespace troupe::mqtt {

enum class version : std::uint8_t { v3_1 = 3, v3_1_1 = 4, v5 = 5 };

/// Control packet types (MQTT 5, 2.1.2).
enum class packet_type : std::uint8_t {
  connect = 1,
  connack,
  publish,
  puback,
  pubrec,
  pubrel,
  pubcomp,
  subscribe,
  suback,
  unsubscribe,
  unsuback,
  pingreq,
  pingresp,
  disconnect,
  auth,
};

/// Reason codes (MQTT 5, 2.4). MQTT 3's CONNACK return codes are made from them by the encoder.
enum class reason : std::uint8_t {
  success = 0x00,
  granted_qos_1 = 0x01,
  granted_qos_2 = 0x02,
  disconnect_with_will = 0x04,
  no_matching_subscribers = 0x10,
  no_subscription_existed = 0x11,
  continue_authentication = 0x18,
  re_authenticate = 0x19,
  unspecified_error = 0x80,
  malformed_packet = 0x81,
  protocol_error = 0x82,
  implementation_specific_error = 0x83,
  unsupported_protocol_version = 0x84,
  client_identifier_not_valid = 0x85,
  bad_user_name_or_password = 0x86,
  not_authorized = 0x87,
  server_unavailable = 0x88,
  server_busy = 0x89,
  banned = 0x8A,
  server_shutting_down = 0x8B,
  bad_authentication_method = 0x8C,
  keep_alive_timeout = 0x8D,
  session_taken_over = 0x8E,
  topic_filter_invalid = 0x8F,
  topic_name_invalid = 0x90,
  packet_identifier_in_use = 0x91,
  packet_identifier_not_found = 0x92,
  receive_maximum_exceeded = 0x93,
  topic_alias_invalid = 0x94,
  packet_too_large = 0x95,
  message_rate_too_high = 0x96,
  quota_exceeded = 0x97,
  administrative_action = 0x98,
  payload_format_invalid = 0x99,
  retain_not_supported = 0x9A,
  qos_not_supported = 0x9B,
  use_another_server = 0x9C,
  server_moved = 0x9D,
  shared_subscriptions_not_supported = 0x9E,
  connection_rate_exceeded = 0x9F,
  maximum_connect_time = 0xA0,
  subscription_identifiers_not_supported = 0xA1,
  wildcard_subscriptions_not_supported = 0xA2,
};

using bytes_view = std::span<const std::byte>;

/// Properties a PUBLISH or a will carries on to its receivers (MQTT 5, 3.3.2.3), plus what each hop sets anew.
struct publish_properties {
  /// Payload Format Indicator, Content Type, Response Topic, Correlation Data and User Properties, encoded and in the
  /// order received: they travel as one run of bytes. Validated when decoded.
  bytes_view forwarded = {};
  std::optional<std::uint32_t> message_expiry = {};          ///< seconds
  std::uint16_t topic_alias = 0;                             ///< 0: none
  std::vector<std::uint32_t> subscription_identifiers = {};  ///< towards a subscriber only
  bool payload_is_text = false;                              ///< Payload Format Indicator was 1
  std::string_view response_topic = {};                      ///< also inside `forwarded`; to be checked
};

struct will {
  std::string_view topic = {};
  bytes_view payload = {};
  troupe::qos qos = troupe::qos::at_most_once;
  bool retain = false;
  publish_properties properties = {};
  std::uint32_t delay = 0;  ///< Will Delay Interval, seconds
};

struct connect {
  mqtt::version version = version::v3_1_1;
  bool clean_start = true;
  std::uint16_t keep_alive = 0;  ///< seconds, 0: off
  std::string_view client_id = {};
  std::optional<mqtt::will> will = {};
  std::optional<std::string_view> user_name = {};
  std::optional<bytes_view> password = {};
  std::uint32_t session_expiry = 0;  ///< seconds; 0xFFFFFFFF: never
  std::uint16_t receive_maximum = 65535;
  std::uint32_t maximum_packet_size = 0;  ///< 0: no limit
  std::uint16_t topic_alias_maximum = 0;
  bool request_response_information = false;
  bool request_problem_information = true;
  std::optional<std::string_view> authentication_method = {};
  std::optional<bytes_view> authentication_data = {};
  bytes_view user_properties = {};  ///< encoded, in the order received
};

/// CONNACK; a property is written when it differs from the protocol's default.
struct connack {
  bool session_present = false;
  mqtt::reason reason = reason::success;
  std::optional<std::uint32_t> session_expiry = {};
  std::uint16_t receive_maximum = 65535;
  std::uint8_t maximum_qos = 2;
  bool retain_available = true;
  std::uint32_t maximum_packet_size = 0;  ///< 0: no limit
  std::string_view assigned_client_id = {};
  std::uint16_t topic_alias_maximum = 0;
  std::string_view reason_string = {};
  bool wildcard_available = true;
  bool subscription_identifiers_available = true;
  bool shared_available = true;
  std::optional<std::uint16_t> server_keep_alive = {};
  std::string_view response_information = {};
  std::string_view server_reference = {};
  std::optional<std::string_view> authentication_method = {};
  std::optional<bytes_view> authentication_data = {};
  bytes_view user_properties = {};  ///< encoded, in the order received
};

struct publish {
  bool duplicate = false;
  troupe::qos qos = troupe::qos::at_most_once;
  bool retain = false;
  std::string_view topic = {};
  std::uint16_t packet_id = 0;  ///< 0 at QoS 0
  publish_properties properties = {};
  bytes_view payload = {};
};

/// PUBACK, PUBREC, PUBREL or PUBCOMP.
struct acknowledgement {
  packet_type type = packet_type::puback;
  std::uint16_t packet_id = 0;
  mqtt::reason reason = reason::success;
  std::string_view reason_string = {};
  bytes_view user_properties = {};  ///< encoded, in the order received
};

struct subscribe {
  struct entry {
    std::string_view filter = {};
    subscription_options options = {};
  };
  std::uint16_t packet_id = 0;
  std::uint32_t identifier = 0;  ///< Subscription Identifier, 0: none
  std::vector<entry> entries = {};
  bytes_view user_properties = {};  ///< encoded, in the order received
};

struct unsubscribe {
  std::uint16_t packet_id = 0;
  std::vector<std::string_view> filters = {};
  bytes_view user_properties = {};  ///< encoded, in the order received
};

/// SUBACK or UNSUBACK; MQTT 3's UNSUBACK has no reasons on the wire.
struct subscription_acknowledgement {
  packet_type type = packet_type::suback;
  std::uint16_t packet_id = 0;
  std::vector<mqtt::reason> reasons = {};
  std::string_view reason_string = {};
  bytes_view user_properties = {};  ///< encoded, in the order received
};

struct pingreq {};
struct pingresp {};

struct disconnect {
  mqtt::reason reason = reason::success;
  std::optional<std::uint32_t> session_expiry = {};
  std::string_view reason_string = {};
  std::string_view server_reference = {};
  bytes_view user_properties = {};  ///< encoded, in the order received
};

struct auth {
  mqtt::reason reason = reason::success;
  std::optional<std::string_view> authentication_method = {};
  std::optional<bytes_view> authentication_data = {};
  std::string_view reason_string = {};
  bytes_view user_properties = {};  ///< encoded, in the order received
};

using packet = std::variant<connect, connack, publish, acknowledgement, subscribe, subscription_acknowledgement,
                            unsubscribe, pingreq, pingresp, disconnect, auth>;

/// Why bytes are not a packet: the reason code for the peer and a sentence for the log.
struct decode_error {
  mqtt::reason reason = reason::malformed_packet;
  std::string_view text = {};  ///< static
  /// In which version the peer can be told: CONNECT's own as far as it was read, otherwise the connection's.
  mqtt::version version = version::v3_1_1;
};

}  // namespace troupe::mqtt
