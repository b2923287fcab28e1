#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "routing/utf8.hpp"
#include "transport/mqtt/packets.hpp"

namespace troupe::mqtt {

/// Takes MQTT's data types (MQTT 5, 1.5) off the front of a packet. After a failure everything reads as empty and the
/// first failure stays, so callers check once at the end.
class reader {
public:
  explicit reader(bytes_view bytes) noexcept : at_{bytes.data()}, end_{bytes.data() + bytes.size()} {}

  bool ok() const noexcept { return failure_.text.empty(); }
  const decode_error& failure() const noexcept { return failure_; }
  void fail(reason why, std::string_view text) noexcept {
    if (ok()) failure_ = {why, text};
    at_ = end_;
  }

  bool empty() const noexcept { return at_ == end_; }
  std::size_t size() const noexcept { return static_cast<std::size_t>(end_ - at_); }
  const std::byte* position() const noexcept { return at_; }

  bytes_view take(std::size_t count) noexcept {
    if (count > size()) {
      fail(reason::malformed_packet, "a field reaches past the end of the packet");
      return {};
    }
    const bytes_view taken{at_, count};
    at_ += count;
    return taken;
  }
  bytes_view rest() noexcept { return take(size()); }

  std::uint8_t byte() noexcept {
    const auto bytes = take(1);
    return bytes.empty() ? std::uint8_t{0} : std::to_integer<std::uint8_t>(bytes[0]);
  }
  std::uint16_t two() noexcept {
    const auto bytes = take(2);
    return bytes.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>(at(bytes, 0) << 8 | at(bytes, 1));
  }
  std::uint32_t four() noexcept {
    const auto bytes = take(4);
    return bytes.empty() ? 0 : at(bytes, 0) << 24 | at(bytes, 1) << 16 | at(bytes, 2) << 8 | at(bytes, 3);
  }

  /// Variable Byte Integer.
  std::uint32_t variable() noexcept {
    std::uint32_t value = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
      const std::uint32_t next = byte();
      value |= (next & 0x7F) << shift;
      if (next >= 0x80) continue;
      if (next == 0 && shift > 0)
        fail(reason::malformed_packet, "an integer is longer than it need be");  // [MQTT-1.5.5-1]
      return value;
    }
    fail(reason::malformed_packet, "an integer has more than four bytes");  // [MQTT-1.5.5-1]
    return 0;
  }

  /// Binary Data; like strings, and topics among them, at most 65,535 bytes [MQTT-4.7.3-3].
  bytes_view binary() noexcept { return take(two()); }

  /// UTF-8 Encoded String. A leading U+FEFF stays where it is [MQTT-1.5.4-3].
  std::string_view text() noexcept {
    const auto bytes = binary();
    const std::string_view result{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    if (valid_utf8(result)) return result;
    // [MQTT-1.5.4-1] [MQTT-1.5.4-2] [MQTT-4.7.3-2]
    fail(reason::malformed_packet, "a string is not UTF-8 or holds U+0000");
    return {};
  }

  std::uint16_t packet_id() noexcept {
    const auto id = two();
    if (id == 0) fail(reason::protocol_error, "a packet identifier is 0");  // [MQTT-2.2.1-3] [MQTT-2.2.1-4]
    return id;
  }

private:
  static std::uint32_t at(bytes_view bytes, std::size_t index) noexcept {
    return std::to_integer<std::uint32_t>(bytes[index]);
  }

  const std::byte* at_;
  const std::byte* end_;
  decode_error failure_{.text = {}};
};

}  // namespace troupe::mqtt
