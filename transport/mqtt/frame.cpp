#include "transport/mqtt/frame.hpp"

#include "transport/mqtt/codec.hpp"

namespace troupe::mqtt {

frame next_frame(bytes_view stream, std::uint32_t packet_bytes_max) noexcept {
  using state = enum frame::state;
  if (stream.empty()) return {state::incomplete, 2};
  if (stream[0] < std::byte{0x10}) return {state::malformed, 0};
  const auto length = read_remaining_length(stream);
  if (length.bytes > 4) return {state::malformed, 0};  // [MQTT-1.5.5-1]
  if (stream.size() <= length.bytes) return {state::incomplete, std::size_t{1} + length.bytes};
  const auto size = length.packet_bytes();
  if (size > packet_bytes_max) return {state::too_large, size};
  return {size <= stream.size() ? state::complete : state::incomplete, size};
}

}  // namespace troupe::mqtt
