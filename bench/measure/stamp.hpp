#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace troupe::bench {

/// The front of every payload that is long enough for it: who sent which message, and when it was due. Written as this
/// machine keeps it: publisher and subscriber share a clock, hence a machine.
struct stamp {
  static constexpr std::uint32_t expected_mark = 0x5442'4D31;

  std::uint32_t mark = expected_mark;
  std::uint32_t run = 0;
  std::uint32_t publisher = 0;
  std::uint32_t sequence = 0;
  std::uint64_t due = 0;  ///< nanoseconds of CLOCK_MONOTONIC

  /// Precondition: the payload is long enough.
  void write(std::span<std::byte> payload) const noexcept { std::memcpy(payload.data(), this, sizeof *this); }
  /// Nothing where the payload does not start with a stamp.
  static std::optional<stamp> read(std::span<const std::byte> payload) noexcept {
    stamp found;
    if (payload.size() < sizeof found) return std::nullopt;
    std::memcpy(&found, payload.data(), sizeof found);
    if (found.mark != expected_mark) return std::nullopt;
    return found;
  }
};

static_assert(sizeof(stamp) == 24);

}  // namespace troupe::bench
