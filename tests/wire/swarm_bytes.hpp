#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

/// As much of MQTT 3.1.1 and RFC 6455 as a member of the swarm says, written apart from the node's own codec.
namespace swarm_bytes {

using bytes = std::string;

inline void put16(bytes& to, std::size_t value) {
  to += static_cast<char>(value >> 8);
  to += static_cast<char>(value);
}

inline void put_text(bytes& to, std::string_view text) {
  put16(to, text.size());
  to += text;
}

inline std::uint16_t read16(std::string_view from) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(from[0]) << 8 | static_cast<unsigned char>(from[1]));
}

inline bytes mqtt_packet(unsigned first, std::string_view body) {
  bytes result{static_cast<char>(first)};
  auto left = body.size();
  do {
    auto digit = left % 128;
    left /= 128;
    result += static_cast<char>(left > 0 ? digit | 128 : digit);
  } while (left > 0);
  return result.append(body);
}

inline bytes packet_with_id(unsigned first, std::uint16_t id) {
  bytes body;
  put16(body, id);
  return mqtt_packet(first, body);
}

inline constexpr std::array<char, 4> mask{0x37, 0x12, 0x5a, 0x01};

inline bytes masked_frame(unsigned opcode, std::string_view payload) {
  bytes frame{static_cast<char>(0x80 | opcode)};
  if (payload.size() < 126) {
    frame += static_cast<char>(0x80 | payload.size());
  } else {
    frame += static_cast<char>(0x80 | 126);
    put16(frame, payload.size());
  }
  frame.append(mask.data(), mask.size());
  for (std::size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ mask[i % 4]);
  return frame;
}

}  // namespace swarm_bytes
