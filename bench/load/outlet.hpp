#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "bench/load/compression.hpp"
#include "transport/mqtt/packets.hpp"
#include "transport/websocket/frame.hpp"

namespace troupe::bench {

/// How packets stand on a link.
enum class framing : std::uint8_t { bare, frames, compressed_frames };

/// What one client's turn sends, as bytes. One serves all clients of a worker, in turn.
class outlet {
public:
  /// `seed` of the frames' masks.
  outlet(mqtt::version speaks, std::uint32_t seed) : speaks_{speaks}, random_{seed == 0 ? 1 : seed} {}

  /// Append a packet, in a frame of its own where frames are spoken.
  void put(framing how, const mqtt::packet& value);
  void put_acknowledgement(framing how, mqtt::packet_type type, std::uint16_t packet_id);
  void put_frame(websocket::opcode op, std::span<const std::byte> payload);
  void put_text(std::string_view text);

  std::span<const std::byte> bytes() const noexcept { return bytes_; }
  std::size_t size() const noexcept { return bytes_.size(); }
  bool empty() const noexcept { return bytes_.empty(); }
  void clear() noexcept { bytes_.clear(); }

private:
  void frame_packet(framing how);
  std::array<std::byte, 4> mask() noexcept;

  mqtt::version speaks_;
  std::uint32_t random_;
  bench::compression compression_;
  std::vector<std::byte> bytes_, packet_, compressed_;
};

}  // namespace troupe::bench
