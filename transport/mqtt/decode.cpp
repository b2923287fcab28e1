#include "transport/mqtt/codec.hpp"
#include "transport/mqtt/decoder.hpp"
#include "transport/mqtt/frame.hpp"

namespace troupe::mqtt {
namespace {

using result = std::variant<packet, decode_error>;

/// Reserved flags of the fixed header [MQTT-2.1.3-1]. MQTT 3.1 allows DUP beside them, and says nothing of the others.
/// CONNECT is judged once its version is known.
void check_flags(source& from) noexcept {
  using enum packet_type;
  if (from.type == publish || from.type == connect) return;
  // [MQTT-3.6.1-1] [MQTT-3.8.1-1] [MQTT-3.10.1-1] [MQTT-3.14.1-1] [MQTT-3.15.1-1]
  const unsigned wanted = from.type == pubrel || from.type == subscribe || from.type == unsubscribe ? 2 : 0;
  const unsigned mask = from.speaks != version::v3_1 ? 0xF : wanted == 2 ? 0x7 : 0x0;
  if ((from.flags & mask) != (wanted & mask)) from.fail(reason::malformed_packet, "reserved flags are wrong");
}

void finish(source& from) noexcept {
  if (!from.in.empty()) from.fail(reason::malformed_packet, "bytes are left behind the last field");
  // MQTT 3 does not ask for it.
  if (from.v5() && !from.length_is_minimal)
    from.fail(reason::malformed_packet, "Remaining Length is longer than it need be");  // [MQTT-1.5.5-1]
}

/// Decodes in place: neither the packet nor what it holds is moved.
template <class Packet>
result decoded(source& from) {
  result to{std::in_place_type<packet>, std::in_place_type<Packet>};
  check_flags(from);
  if (from.in.ok()) read(from, *std::get_if<Packet>(std::get_if<packet>(&to)));
  finish(from);
  if (!from.in.ok()) {
    const auto& failure = from.in.failure();
    to.emplace<decode_error>(decode_error{failure.reason, failure.text, from.speaks});
  }
  return to;
}

result refused(reason why, std::string_view text, version speaks) {
  return result{std::in_place_type<decode_error>, decode_error{why, text, speaks}};
}

}  // namespace

result decode(bytes_view bytes, version speaks, std::vector<std::byte>& scratch) {
  scratch.clear();
  if (bytes.size() < 2) return refused(reason::malformed_packet, "no whole packet", speaks);
  const auto length = read_remaining_length(bytes);
  if (length.bytes > 4 || length.packet_bytes() != bytes.size())
    return refused(reason::malformed_packet, "Remaining Length is not that of the packet", speaks);

  const auto first = std::to_integer<unsigned>(bytes[0]);
  source from{reader{bytes.subspan(std::size_t{1} + length.bytes)},
              static_cast<packet_type>(first >> 4),
              static_cast<std::uint8_t>(first & 0xF),
              speaks,
              length.bytes == 1 || length.value >> (7 * (length.bytes - 1)) != 0,
              bytes.size(),
              scratch};
  switch (from.type) {
    case packet_type::publish: return decoded<publish>(from);
    case packet_type::puback:
    case packet_type::pubrec:
    case packet_type::pubrel:
    case packet_type::pubcomp: return decoded<acknowledgement>(from);
    case packet_type::pingreq: return decoded<pingreq>(from);
    case packet_type::pingresp: return decoded<pingresp>(from);
    case packet_type::subscribe: return decoded<subscribe>(from);
    case packet_type::suback:
    case packet_type::unsuback: return decoded<subscription_acknowledgement>(from);
    case packet_type::unsubscribe: return decoded<unsubscribe>(from);
    case packet_type::connect: return decoded<connect>(from);
    case packet_type::connack: return decoded<connack>(from);
    case packet_type::disconnect: return decoded<disconnect>(from);
    case packet_type::auth:
      if (speaks == version::v5) return decoded<auth>(from);
  }
  return refused(reason::malformed_packet, "a packet type that does not exist", speaks);
}

}  // namespace troupe::mqtt
