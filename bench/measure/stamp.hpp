#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace troupe::bench {

/// The front of every payload that is long enough for it: who sent which message, and when it was due. Written as this
/// machine keeps it: publisher and subscriber share a clock, hence a machine. In a payload that has to be text, each
/// half of a byte is a letter.
struct stamp {
  static constexpr std::uint32_t expected_mark = 0x5442'4D31;

  std::uint32_t mark = expected_mark;
  std::uint32_t run = 0;
  std::uint32_t publisher = 0;
  std::uint32_t sequence = 0;
  std::uint64_t due = 0;  ///< nanoseconds of CLOCK_MONOTONIC

  static constexpr std::size_t bytes(bool as_text) noexcept;
  /// Precondition: the payload is long enough.
  void write(std::span<std::byte> payload, bool as_text) const noexcept;
  /// Nothing where the payload does not start with a stamp.
  static std::optional<stamp> read(std::span<const std::byte> payload) noexcept;
};

static_assert(sizeof(stamp) == 24);

constexpr std::size_t stamp::bytes(bool as_text) noexcept { return as_text ? 2 * sizeof(stamp) : sizeof(stamp); }

inline void stamp::write(std::span<std::byte> payload, bool as_text) const noexcept {
  if (!as_text) {
    std::memcpy(payload.data(), this, sizeof *this);
    return;
  }
  std::array<unsigned char, sizeof(stamp)> own;
  std::memcpy(own.data(), this, sizeof *this);
  for (std::size_t i = 0; i < own.size(); ++i) {
    payload[2 * i] = static_cast<std::byte>('a' + (own[i] & 15));
    payload[2 * i + 1] = static_cast<std::byte>('a' + (own[i] >> 4));
  }
}

inline std::optional<stamp> stamp::read(std::span<const std::byte> payload) noexcept {
  stamp found;
  if (payload.size() < sizeof found) return std::nullopt;
  std::memcpy(&found, payload.data(), sizeof found);
  if (found.mark == expected_mark) return found;
  if (payload.size() < bytes(true)) return std::nullopt;
  std::array<unsigned char, sizeof(stamp)> own;
  for (std::size_t i = 0; i < own.size(); ++i) {
    const auto low = static_cast<unsigned>(payload[2 * i]) - 'a',
               high = static_cast<unsigned>(payload[2 * i + 1]) - 'a';
    if (low > 15 || high > 15) return std::nullopt;
    own[i] = static_cast<unsigned char>(low | high << 4);
  }
  std::memcpy(&found, own.data(), sizeof found);
  return found.mark == expected_mark ? std::optional{found} : std::nullopt;
}

}  // namespace troupe::bench
