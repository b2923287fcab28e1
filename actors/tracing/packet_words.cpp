#include "actors/tracing/packet_words.hpp"

#include <algorithm>
#include <iterator>
#include <span>

#include <fmt/format.h>

#include "actors/admin/history/reason_words.hpp"
#include "transport/mqtt/properties.hpp"

namespace troupe::actors {

namespace {

constexpr std::size_t shown_entries_max = 20;  ///< of a SUBSCRIBE and the like, and of user properties

std::string_view name_of(mqtt::packet_type type) noexcept {
  switch (type) {
    case mqtt::packet_type::puback: return "PUBACK";
    case mqtt::packet_type::pubrec: return "PUBREC";
    case mqtt::packet_type::pubrel: return "PUBREL";
    case mqtt::packet_type::pubcomp: return "PUBCOMP";
    case mqtt::packet_type::suback: return "SUBACK";
    case mqtt::packet_type::unsuback: return "UNSUBACK";
    default: return "packet";
  }
}

std::string reason_of(mqtt::reason code) {
  if (code == mqtt::reason::success) return "0x00 (success)";  // which has other names in some packets
  return admin::reason_words(static_cast<std::uint8_t>(code));
}

std::string_view as_text(mqtt::bytes_view bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <class T>
std::span<const T> shown(const std::vector<T>& of) noexcept {
  return std::span{of}.first(std::min(of.size(), shown_entries_max));
}

/// Bytes of the character that `text` begins with; 0: what is there is no UTF-8, or a control character.
std::size_t printable(std::string_view text) noexcept {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return first < 0x20 || first == 0x7f ? 0 : 1;
  const std::size_t size = first >= 0xF0 && first <= 0xF4 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
  if (size == 0 || first > 0xF4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0u) != 0x80u) return 0;
  const auto second = static_cast<unsigned char>(text[1]);
  if (first == 0xC2 && second < 0xA0) return 0;                                        // C1 control characters
  if ((first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90)) return 0;  // longer than they need be
  if ((first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F)) return 0;  // surrogates, past the end
  const auto third = size > 2 ? static_cast<unsigned char>(text[2]) : 0u;
  if (first == 0xE2 && second == 0x80 && third >= 0x8B && third <= 0xAE && (third <= 0x8F || third >= 0xA8)) return 0;
  if (first == 0xE2 && second == 0x81 && third >= 0xA0 && third <= 0xAF) return 0;  // turn the direction of writing
  return size;
}

/// Puts a packet together, piece by piece.
class words {
public:
  words(std::string_view name, mqtt::version speaks) : text_{name}, v5_{speaks == mqtt::version::v5} {}

  template <class... Ts>
  words& add(fmt::format_string<Ts...> form, Ts&&... values) {
    text_ += begun_ ? ", " : " ";
    begun_ = true;
    fmt::format_to(std::back_inserter(text_), form, std::forward<Ts>(values)...);
    return *this;
  }
  words& flag(bool said, std::string_view name) { return said ? add("{}", name) : *this; }
  words& id(std::uint16_t packet_id) { return packet_id == 0 ? *this : add("id {}", packet_id); }
  words& reason(mqtt::reason code) { return v5_ || code != mqtt::reason::success ? add("{}", reason_of(code)) : *this; }
  words& said(std::string_view name, std::string_view value) {
    return value.empty() ? *this : add("{} {}", name, quoted(value, shown_topic_bytes_max));
  }
  template <class T>
  words& number(std::string_view name, T value, T usual = {}, std::string_view unit = {}) {
    return value == usual ? *this : add("{} {}{}", name, value, unit);
  }
  words& expiry(std::optional<std::uint32_t> seconds, std::string_view name = "session expiry") {
    if (!seconds) return *this;
    return *seconds == 0xFFFF'FFFF ? add("{} never", name) : add("{} {} s", name, *seconds);
  }
  /// Properties that travel as they are.
  words& run(mqtt::bytes_view properties);

  std::string take() { return std::move(text_); }

private:
  std::string text_;
  bool v5_;
  bool begun_ = false;
};

words& words::run(mqtt::bytes_view properties) {
  std::size_t shown = 0;
  while (const auto next = mqtt::next_property(properties)) {
    if (++shown > shown_entries_max) return add("more properties");
    switch (next->id) {
      case mqtt::property::payload_format_indicator: flag(next->number == 1, "payload is text"); break;
      case mqtt::property::content_type: said("content type", next->text()); break;
      case mqtt::property::response_topic: said("response topic", next->text()); break;
      case mqtt::property::correlation_data: add("correlation data {} bytes", next->value.size()); break;
      case mqtt::property::user_property:
        add("{}={}", quoted(next->name, shown_payload_bytes_max), quoted(next->text(), shown_payload_bytes_max));
        break;
      default: break;
    }
  }
  return *this;
}

void add_payload(words& to, mqtt::bytes_view payload) {
  if (payload.empty())
    to.add("no payload");
  else
    to.add("{} bytes {}", payload.size(), quoted(as_text(payload), shown_payload_bytes_max));
}

void add_publish_properties(words& to, const mqtt::publish_properties& of) {
  to.expiry(of.message_expiry, "expires in").number("alias", of.topic_alias);
  for (const auto each : of.subscription_identifiers) to.add("subscription identifier {}", each);
  to.run(of.forwarded);
}

void add_will(words& to, const mqtt::will& of) {
  to.add("will to {} QoS {}{} {} bytes", quoted(of.topic, shown_topic_bytes_max), static_cast<int>(of.qos),
         of.retain ? " retain" : "", of.payload.size());
  to.number("will delay", of.delay, 0u, " s");
}

/// One overload for each packet.
struct teller {
  mqtt::version speaks;

  std::string operator()(const mqtt::connect& of) const {
    words to{"CONNECT", of.version};
    const auto version = of.version == mqtt::version::v5 ? "5" : of.version == mqtt::version::v3_1 ? "3.1" : "3.1.1";
    to.add("MQTT {}", version).add("client id {}", quoted(of.client_id, shown_topic_bytes_max));
    to.flag(of.clean_start, of.version == mqtt::version::v5 ? "clean start" : "clean session");
    to.add("keep alive {} s", of.keep_alive);
    if (of.user_name) to.said("user name", *of.user_name);
    to.flag(of.password.has_value(), "password not shown");
    if (of.session_expiry != 0) to.expiry(of.session_expiry);
    to.number("receive maximum", of.receive_maximum, std::uint16_t{65535});
    to.number("maximum packet size", of.maximum_packet_size).number("topic alias maximum", of.topic_alias_maximum);
    to.flag(of.request_response_information, "wants response information");
    to.flag(!of.request_problem_information, "wants no problem information");
    if (of.authentication_method) to.said("authentication method", *of.authentication_method);
    if (of.will) add_will(to, *of.will);
    return to.run(of.user_properties).take();
  }
  std::string operator()(const mqtt::connack& of) const {
    words to{"CONNACK", mqtt::version::v5};
    to.reason(of.reason).flag(of.session_present, "session present").expiry(of.session_expiry);
    to.said("assigned client id", of.assigned_client_id);
    if (of.server_keep_alive) to.add("keep alive {} s", *of.server_keep_alive);
    to.number("receive maximum", of.receive_maximum, std::uint16_t{65535});
    if (of.maximum_qos != 2) to.add("maximum QoS {}", static_cast<int>(of.maximum_qos));
    to.flag(!of.retain_available, "no retained messages").number("maximum packet size", of.maximum_packet_size);
    to.number("topic alias maximum", of.topic_alias_maximum).flag(!of.wildcard_available, "no wildcards");
    to.flag(!of.subscription_identifiers_available, "no subscription identifiers");
    to.flag(!of.shared_available, "no shared subscriptions").said("response information", of.response_information);
    to.said("server reference", of.server_reference).said("reason", of.reason_string);
    return to.run(of.user_properties).take();
  }
  std::string operator()(const mqtt::publish& of) const {
    words to{"PUBLISH", speaks};
    to.id(of.packet_id).add("QoS {}", static_cast<int>(of.qos)).flag(of.duplicate, "DUP").flag(of.retain, "retain");
    to.add("topic {}", quoted(of.topic, shown_topic_bytes_max));
    add_payload(to, of.payload);
    add_publish_properties(to, of.properties);
    return to.take();
  }
  std::string operator()(const mqtt::acknowledgement& of) const {
    words to{name_of(of.type), speaks};
    return to.id(of.packet_id).reason(of.reason).said("reason", of.reason_string).run(of.user_properties).take();
  }
  std::string operator()(const mqtt::subscribe& of) const {
    words to{"SUBSCRIBE", speaks};
    to.id(of.packet_id).number("subscription identifier", of.identifier);
    for (const auto& each : shown(of.entries))
      to.add("{} QoS {}{}{}{}", quoted(each.filter, shown_topic_bytes_max), static_cast<int>(each.options.maximum_qos),
             each.options.no_local ? " no local" : "", each.options.retain_as_published ? " retain as published" : "",
             handling_of(each.options.retain_handling));
    return left_out(to, of.entries.size()).run(of.user_properties).take();
  }
  std::string operator()(const mqtt::unsubscribe& of) const {
    words to{"UNSUBSCRIBE", speaks};
    to.id(of.packet_id);
    for (const auto& each : shown(of.filters)) to.add("{}", quoted(each, shown_topic_bytes_max));
    return left_out(to, of.filters.size()).run(of.user_properties).take();
  }
  std::string operator()(const mqtt::subscription_acknowledgement& of) const {
    words to{name_of(of.type), speaks};
    to.id(of.packet_id);
    for (const auto each : shown(of.reasons))
      to.add("{}", each == mqtt::reason::success
                     ? std::string{of.type == mqtt::packet_type::suback ? "0x00 (granted QoS 0)" : "0x00 (success)"}
                     : reason_of(each));
    return left_out(to, of.reasons.size()).said("reason", of.reason_string).run(of.user_properties).take();
  }
  std::string operator()(const mqtt::pingreq&) const { return "PINGREQ"; }
  std::string operator()(const mqtt::pingresp&) const { return "PINGRESP"; }
  std::string operator()(const mqtt::disconnect& of) const {
    words to{"DISCONNECT", speaks};
    to.reason(of.reason).expiry(of.session_expiry).said("server reference", of.server_reference);
    return to.said("reason", of.reason_string).run(of.user_properties).take();
  }
  std::string operator()(const mqtt::auth& of) const {
    words to{"AUTH", speaks};
    to.reason(of.reason);
    if (of.authentication_method) to.said("authentication method", *of.authentication_method);
    return to.said("reason", of.reason_string).run(of.user_properties).take();
  }

  static words& left_out(words& to, std::size_t entries) {
    return entries > shown_entries_max ? to.add("and {} more", entries - shown_entries_max) : to;
  }
  static std::string_view handling_of(retain_handling how) noexcept {
    switch (how) {
      case retain_handling::send: return "";
      case retain_handling::send_if_new: return " retained if new";
      case retain_handling::none: return " no retained";
    }
    return "";
  }
};

}  // namespace

std::string quoted(std::string_view text, std::size_t bytes_max) {
  std::string result{'"'};
  while (!text.empty() && result.size() <= bytes_max) {
    const auto size = printable(text);
    if (size == 1 && (text[0] == '"' || text[0] == '\\')) result += '\\';
    if (size == 0)
      fmt::format_to(std::back_inserter(result), "\\x{:02x}", static_cast<unsigned char>(text[0]));
    else
      result += text.substr(0, size);
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  result += '"';
  return text.empty() ? result : result + "...";
}

std::string words_of(const mqtt::packet& what, mqtt::version speaks) { return std::visit(teller{speaks}, what); }

}  // namespace troupe::actors
