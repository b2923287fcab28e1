#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "actors/admin/history/event.hpp"

namespace troupe::admin {

/// How an event lies in memory: this, then its texts one behind the other. Never leaves the process.
struct event_record {
  std::int64_t at = 0;                     ///< milliseconds since 1970
  std::uint32_t client_hash = 0;           ///< of the whole client id, even where only its beginning is kept
  std::uint32_t back = 0;                  ///< so many ids before this one is the one before it in its chain; 0: none
  std::array<std::uint16_t, 6> lengths{};  ///< client, actor, address, listener, text, by
  std::uint16_t close_code = 0;
  std::uint8_t reason_code = 0;
  std::uint8_t kind_and_flags = 0;

  std::size_t bytes() const noexcept {
    auto sum = sizeof(event_record);
    for (const auto length : lengths) sum += length;
    return sum;
  }
};
static_assert(sizeof(event_record) == 32);

inline constexpr std::size_t event_record_bytes_max =
  sizeof(event_record) + event_client_bytes_max + 5 * event_text_bytes_max;

/// Writes `what`, whose texts are bounded, and returns the number of bytes; `back` is written later. `to` has room for
/// event_record_bytes_max.
std::size_t write_record(const event_view& what, std::uint32_t client_hash, std::span<std::byte> to) noexcept;

/// The fixed part of the record at `from`, which need not be aligned.
event_record read_header(const std::byte* from) noexcept;
void write_back(std::byte* record, std::uint32_t back) noexcept;

/// The event whose record is at `from`; its texts lie in that memory.
event_view read_record(const std::byte* from, std::uint64_t id) noexcept;

}  // namespace troupe::admin
