#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace troupe::websocket {

/// Checks text that comes in parts; a character may be cut between two of them.
class utf8_check {
public:
  /// False from the first byte on that cannot continue valid UTF-8 (RFC 3629).
  bool feed(std::span<const std::byte> part) noexcept;
  /// Whether the text so far ends with a whole character.
  bool complete() const noexcept { return state_ == 0; }

  /// The state fits four bits, so that a frame decoder can keep it.
  std::uint8_t state() const noexcept { return state_; }
  static utf8_check resume(std::uint8_t state) noexcept;

private:
  std::uint8_t state_ = 0;
};

/// Whether `text` is valid and complete UTF-8.
bool is_utf8(std::span<const std::byte> text) noexcept;

}  // namespace troupe::websocket
