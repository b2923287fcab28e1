#include "bench/load/outlet.hpp"

#include <bit>

#include "transport/mqtt/codec.hpp"
#include "transport/websocket/frame_encoder.hpp"

namespace troupe::bench {

std::array<std::byte, 4> outlet::mask() noexcept {
  random_ ^= random_ << 13;
  random_ ^= random_ >> 17;
  random_ ^= random_ << 5;
  return std::bit_cast<std::array<std::byte, 4>>(random_);
}

void outlet::put_frame(websocket::opcode op, std::span<const std::byte> payload) {
  websocket::append_client_frame(bytes_, op, payload, mask());
}

void outlet::frame_packet(framing how) {
  if (how == framing::compressed_frames && packet_.size() >= compression::worthwhile_bytes) {
    compressed_.clear();
    compression_.deflate(packet_, compressed_);
    websocket::append_client_frame(bytes_, websocket::opcode::binary, compressed_, mask(), true);
  } else {
    put_frame(websocket::opcode::binary, packet_);
  }
  packet_.clear();
}

void outlet::put(framing how, const mqtt::packet& value) {
  mqtt::encode(value, speaks_, how == framing::bare ? bytes_ : packet_);
  if (how != framing::bare) frame_packet(how);
}

void outlet::put_acknowledgement(framing how, mqtt::packet_type type, std::uint16_t packet_id) {
  mqtt::encode_acknowledgement(type, packet_id, mqtt::reason::success, speaks_,
                               how == framing::bare ? bytes_ : packet_);
  if (how != framing::bare) frame_packet(how);
}

void outlet::put_text(std::string_view text) {
  const auto from = std::as_bytes(std::span{text});
  bytes_.insert(bytes_.end(), from.begin(), from.end());
}

}  // namespace troupe::bench
