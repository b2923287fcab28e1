#include "actors/admin/history/reason_words.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace troupe::admin {

namespace {

struct reason {
  std::uint8_t code;
  std::string_view name;
  std::string_view cause;
};

constexpr std::array reasons = {
  reason{0x00, "normal disconnection", "the node closed the connection"},
  reason{0x01, "granted QoS 1", ""},
  reason{0x02, "granted QoS 2", ""},
  reason{0x04, "disconnect with will message", "the node closed the connection"},
  reason{0x10, "no matching subscribers", ""},
  reason{0x11, "no subscription existed", ""},
  reason{0x18, "continue authentication", ""},
  reason{0x19, "re-authenticate", ""},
  reason{0x80, "unspecified error", "the node could not go on"},
  reason{0x81, "malformed packet", "it sent bytes that are no MQTT packet"},
  reason{0x82, "protocol error", "it broke the rules of MQTT"},
  reason{0x83, "implementation specific error", "the node failed while it served it"},
  reason{0x84, "unsupported protocol version", "it speaks a version of MQTT that the node does not"},
  reason{0x85, "client identifier not valid", "its client id is not allowed"},
  reason{0x86, "bad user name or password", "user name or password is wrong"},
  reason{0x87, "not authorized", "it may not do what it tried to do"},
  reason{0x88, "server unavailable", "the node could not serve it at that time"},
  reason{0x89, "server busy", "the node was too busy"},
  reason{0x8A, "banned", "it is banned"},
  reason{0x8B, "server shutting down", "the node was shut down"},
  reason{0x8C, "bad authentication method", "it asked for a way of authentication that the node does not know"},
  reason{0x8D, "keep alive timeout", "nothing was heard from it for longer than its keep alive allows"},
  reason{0x8E, "session taken over", "another connection with the same client id took the session over"},
  reason{0x8F, "topic filter invalid", "it subscribed to a topic filter that is not allowed"},
  reason{0x90, "topic name invalid", "it used a topic name that is not allowed"},
  reason{0x91, "packet identifier in use", "it used a packet identifier again too early"},
  reason{0x92, "packet identifier not found", "it acknowledged a packet identifier that nothing was sent with"},
  reason{0x93, "receive maximum exceeded", "it had more messages in flight than the node allows"},
  reason{0x94, "topic alias invalid", "it used a topic alias that the node does not allow"},
  reason{0x95, "packet too large", "a packet was larger than allowed"},
  reason{0x96, "message rate too high", "it published faster than it may"},
  reason{0x97, "quota exceeded", "a limit of the node was reached"},
  reason{0x98, "administrative action", "an operator closed the connection"},
  reason{0x99, "payload format invalid", "it sent a payload that is not the text it claims to be"},
  reason{0x9A, "retain not supported", "it asked for a retained message where there are none"},
  reason{0x9B, "QoS not supported", "it used a QoS above the maximum"},
  reason{0x9C, "use another server", "it was sent to another server for a while"},
  reason{0x9D, "server moved", "it was sent to another server for good"},
  reason{0x9E, "shared subscriptions not supported", "it asked for a shared subscription where there are none"},
  reason{0x9F, "connection rate exceeded", "too many connections were opened at that time"},
  reason{0xA0, "maximum connect time", "it was connected for as long as it may be"},
  reason{0xA1, "subscription identifiers not supported", "it used a subscription identifier where there are none"},
  reason{0xA2, "wildcard subscriptions not supported", "it subscribed with wildcards where they are not allowed"},
};

struct close_code {
  std::uint16_t code;
  std::string_view name;
};

constexpr std::array close_codes = {
  close_code{1000, "normal closure"},    close_code{1001, "going away"},       close_code{1002, "protocol error"},
  close_code{1003, "unsupported data"},  close_code{1005, "no code given"},    close_code{1006, "broken off"},
  close_code{1007, "invalid payload"},   close_code{1008, "policy violation"}, close_code{1009, "message too big"},
  close_code{1010, "missing extension"}, close_code{1011, "internal error"},   close_code{1012, "service restart"},
  close_code{1013, "try again later"},   close_code{1014, "bad gateway"},      close_code{1015, "TLS handshake failed"},
};

const reason* find(std::uint8_t code) noexcept {
  const auto at = std::ranges::find(reasons, code, &reason::code);
  return at == reasons.end() ? nullptr : &*at;
}

std::string_view close_code_name(std::uint16_t code) noexcept {
  const auto at = std::ranges::find(close_codes, code, &close_code::code);
  if (at != close_codes.end()) return at->name;
  if (code >= 3000 && code <= 3999) return "of a library";
  if (code >= 4000 && code <= 4999) return "of the application";
  return "unknown";
}

}  // namespace

std::string_view reason_name(std::uint8_t code) noexcept {
  const auto* known = find(code);
  return known ? known->name : "unknown";
}

std::string_view reason_cause(std::uint8_t code) noexcept {
  const auto* known = find(code);
  return known && !known->cause.empty() ? known->cause : "the node closed the connection";
}

std::string reason_words(std::uint8_t code) {
  std::array<char, 8> number{};
  std::snprintf(number.data(), number.size(), "0x%02X", static_cast<unsigned>(code));
  return std::string{number.data()}.append(" (").append(reason_name(code)).append(")");
}

std::string close_code_words(std::uint16_t code) {
  return std::to_string(code).append(" (").append(close_code_name(code)).append(")");
}

}  // namespace troupe::admin
