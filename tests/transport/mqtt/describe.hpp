#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "transport/mqtt/codec.hpp"

/// What packets say, as text: equal text means equal meaning, and a test that fails shows the difference.
namespace troupe::mqtt::data {

inline std::string hex(bytes_view bytes) {
  std::string result;
  for (const auto each : bytes) {
    result += "0123456789ABCDEF"[std::to_integer<unsigned>(each) >> 4];
    result += "0123456789ABCDEF"[std::to_integer<unsigned>(each) & 0xF];
  }
  return result;
}

class describer {
public:
  explicit describer(std::string_view type) : text_{type} {}

  template <class T>
  describer& operator()(std::string_view name, const T& value) {
    text_.append(" ").append(name).append("=");
    add(value);
    return *this;
  }
  std::string take() { return std::move(text_); }

private:
  void add(std::string_view value) { text_.append("'").append(value).append("'"); }
  void add(bytes_view value) { text_.append("<").append(hex(value)).append(">"); }
  void add(const subscription_options& value) {
    (*this)("qos", value.maximum_qos)("no_local", value.no_local)("as_published", value.retain_as_published)(
      "handling", value.retain_handling);
  }
  void add(const subscribe::entry& value) { (*this)("filter", value.filter)("options", value.options); }
  void add(const publish_properties& value) {
    (*this)("forwarded", value.forwarded)("expiry", value.message_expiry)("alias", value.topic_alias)(
      "identifiers", value.subscription_identifiers)("text", value.payload_is_text)("response_topic",
                                                                                    value.response_topic);
  }
  void add(const will& value) {
    (*this)("topic", value.topic)("payload", value.payload)("qos", value.qos)("retain", value.retain)(
      "properties", value.properties)("delay", value.delay);
  }
  template <class T>
  void add(const std::optional<T>& value) {
    if (value)
      add(*value);
    else
      text_ += "none";
  }
  template <class T>
  void add(const std::vector<T>& values) {
    text_ += "[";
    for (const auto& each : values) (*this)("", each);
    text_ += "]";
  }
  template <class T>
    requires(std::is_arithmetic_v<T> || std::is_enum_v<T>)
  void add(T value) { text_ += std::to_string(static_cast<std::uint64_t>(value)); }

  std::string text_;
};

inline std::string describe(const connect& p) {
  return describer{"CONNECT"}("version", p.version)("clean", p.clean_start)("keep_alive", p.keep_alive)(
           "client_id", p.client_id)("will", p.will)("user_name", p.user_name)("password", p.password)(
           "session_expiry", p.session_expiry)("receive_maximum", p.receive_maximum)(
           "maximum_size", p.maximum_packet_size)("alias_maximum", p.topic_alias_maximum)(
           "response", p.request_response_information)("problem", p.request_problem_information)(
           "method", p.authentication_method)("data", p.authentication_data)("user", p.user_properties)
    .take();
}

inline std::string describe(const connack& p) {
  return describer{"CONNACK"}("present", p.session_present)("reason", p.reason)("session_expiry", p.session_expiry)(
           "receive_maximum", p.receive_maximum)("maximum_qos", p.maximum_qos)("retain", p.retain_available)(
           "maximum_size", p.maximum_packet_size)("client_id", p.assigned_client_id)(
           "alias_maximum", p.topic_alias_maximum)("string", p.reason_string)("wildcard", p.wildcard_available)(
           "identifiers", p.subscription_identifiers_available)("shared", p.shared_available)(
           "keep_alive", p.server_keep_alive)("response", p.response_information)("server", p.server_reference)(
           "method", p.authentication_method)("data", p.authentication_data)("user", p.user_properties)
    .take();
}

inline std::string describe(const publish& p) {
  return describer{"PUBLISH"}("duplicate", p.duplicate)("qos", p.qos)("retain", p.retain)("topic", p.topic)(
           "id", p.packet_id)("properties", p.properties)("payload", p.payload)
    .take();
}

inline std::string describe(const acknowledgement& p) {
  return describer{"acknowledgement"}("type", p.type)("id", p.packet_id)("reason", p.reason)("string", p.reason_string)(
           "user", p.user_properties)
    .take();
}

inline std::string describe(const subscribe& p) {
  return describer{"SUBSCRIBE"}("id", p.packet_id)("identifier", p.identifier)("entries", p.entries)("user",
                                                                                                     p.user_properties)
    .take();
}

inline std::string describe(const subscription_acknowledgement& p) {
  return describer{"subscription acknowledgement"}("type", p.type)("id", p.packet_id)("reasons", p.reasons)(
           "string", p.reason_string)("user", p.user_properties)
    .take();
}

inline std::string describe(const unsubscribe& p) {
  return describer{"UNSUBSCRIBE"}("id", p.packet_id)("filters", p.filters)("user", p.user_properties).take();
}

inline std::string describe(const pingreq&) { return "PINGREQ"; }
inline std::string describe(const pingresp&) { return "PINGRESP"; }

inline std::string describe(const disconnect& p) {
  return describer{"DISCONNECT"}("reason", p.reason)("session_expiry", p.session_expiry)("string", p.reason_string)(
           "server", p.server_reference)("user", p.user_properties)
    .take();
}

inline std::string describe(const auth& p) {
  return describer{"AUTH"}("reason", p.reason)("method", p.authentication_method)("data", p.authentication_data)(
           "string", p.reason_string)("user", p.user_properties)
    .take();
}

inline std::string describe(const packet& value) {
  return std::visit([](const auto& each) { return describe(each); }, value);
}

inline std::string describe(const decode_error& error) {
  return describer{"error"}("reason", error.reason)("text", error.text).take();
}

inline std::string describe(const std::variant<packet, decode_error>& result) {
  return std::visit([](const auto& each) { return describe(each); }, result);
}

}  // namespace troupe::mqtt::data
