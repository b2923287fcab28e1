#include "transport/websocket/frame_encoder.hpp"

#include <algorithm>
#include <cassert>

#include "transport/websocket/frame_decoder.hpp"

namespace troupe::websocket {

namespace {

constexpr std::size_t control_bytes_max = 125;
constexpr std::size_t close_text_bytes_max = control_bytes_max - 2;

void append(std::vector<std::byte>& out, std::span<const std::byte> bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void append_control(std::vector<std::byte>& out, opcode op, std::span<const std::byte> payload) {
  assert(payload.size() <= control_bytes_max);
  append(out, server_header(op, payload.size()).bytes());
  append(out, payload);
}

std::string_view cut_between_characters(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  auto end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace

void frame_header::put(opcode op, std::uint64_t payload_bytes, bool compressed, bool final) noexcept {
  auto first = static_cast<unsigned>(op) | (final ? 0x80u : 0u) | (compressed ? 0x40u : 0u);
  auto length_bytes = server_header_bytes(payload_bytes) - 2;
  auto second = length_bytes == 0 ? payload_bytes : length_bytes == 2 ? 126u : 127u;
  bytes_[0] = static_cast<std::byte>(first);
  bytes_[1] = static_cast<std::byte>(second);
  for (std::size_t i = 0; i < length_bytes; ++i)
    bytes_[2 + i] = static_cast<std::byte>(payload_bytes >> 8 * (length_bytes - 1 - i));
  size_ = static_cast<std::uint8_t>(2 + length_bytes);
}

frame_header server_header(opcode op, std::uint64_t payload_bytes, bool compressed, bool final) noexcept {
  frame_header result;
  result.put(op, payload_bytes, compressed, final);
  return result;
}

frame_header client_header(opcode op, std::uint64_t payload_bytes, std::array<std::byte, 4> mask, bool compressed,
                           bool final) noexcept {
  frame_header result;
  result.put(op, payload_bytes, compressed, final);
  result.bytes_[1] |= std::byte{0x80};
  std::copy(mask.begin(), mask.end(), result.bytes_.begin() + result.size_);
  result.size_ = static_cast<std::uint8_t>(result.size_ + mask.size());
  return result;
}

void append_ping(std::vector<std::byte>& out, std::span<const std::byte> payload) {
  append_control(out, opcode::ping, payload);
}

void append_pong(std::vector<std::byte>& out, std::span<const std::byte> payload) {
  append_control(out, opcode::pong, payload);
}

void append_close(std::vector<std::byte>& out, close_code code, std::string_view text) {
  auto number = static_cast<std::uint16_t>(code);
  if (!may_be_sent(number)) return append_control(out, opcode::close, {});
  text = cut_between_characters(text, close_text_bytes_max);
  append(out, server_header(opcode::close, 2 + text.size()).bytes());
  out.push_back(static_cast<std::byte>(number >> 8));
  out.push_back(static_cast<std::byte>(number & 0xFF));
  append(out, std::as_bytes(std::span{text}));
}

void append_client_frame(std::vector<std::byte>& out, opcode op, std::span<const std::byte> payload,
                         std::array<std::byte, 4> mask, bool compressed, bool final) {
  append(out, client_header(op, payload.size(), mask, compressed, final).bytes());
  auto at = out.size();
  out.resize(at + payload.size());
  unmask(out.data() + at, payload.data(), payload.size(), mask);
}

}  // namespace troupe::websocket
