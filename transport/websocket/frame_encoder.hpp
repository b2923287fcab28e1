#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "transport/websocket/frame.hpp"

namespace troupe::websocket {

/// The header of one frame, 2..10 bytes from a server, 6..14 from a client.
class frame_header {
public:
  std::span<const std::byte> bytes() const noexcept { return {bytes_.data(), size_}; }
  std::size_t size() const noexcept { return size_; }

private:
  friend frame_header server_header(opcode, std::uint64_t, bool, bool) noexcept;
  friend frame_header client_header(opcode, std::uint64_t, std::array<std::byte, 4>, bool, bool) noexcept;
  void put(opcode op, std::uint64_t payload_bytes, bool compressed, bool final) noexcept;

  std::array<std::byte, 14> bytes_{};
  std::uint8_t size_ = 0;
};

/// Size of the header that server_header gives.
constexpr std::size_t server_header_bytes(std::uint64_t payload_bytes) noexcept {
  return payload_bytes <= 125 ? 2 : payload_bytes <= 0xFFFF ? 4 : 10;
}

/// The header of a frame from the server: not masked. `compressed` sets RSV1, for the first frame of a message only.
frame_header server_header(opcode op, std::uint64_t payload_bytes, bool compressed = false, bool final = true) noexcept;
/// The header of a frame from a client, for tests and load tools; the payload is to be masked with unmask().
frame_header client_header(opcode op, std::uint64_t payload_bytes, std::array<std::byte, 4> mask,
                           bool compressed = false, bool final = true) noexcept;

/// Append a whole frame from the server. Precondition: the payload has at most 125 bytes.
void append_ping(std::vector<std::byte>& out, std::span<const std::byte> payload = {});
void append_pong(std::vector<std::byte>& out, std::span<const std::byte> payload);
/// Appends a close frame from the server; `text` is cut after 123 bytes at most, between two characters. A code that
/// must not be on the wire (none, no_status) gives an empty close frame.
void append_close(std::vector<std::byte>& out, close_code code, std::string_view text);

/// Appends a whole masked frame, as a client sends it.
void append_client_frame(std::vector<std::byte>& out, opcode op, std::span<const std::byte> payload,
                         std::array<std::byte, 4> mask, bool compressed = false, bool final = true);

}  // namespace troupe::websocket
