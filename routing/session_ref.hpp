#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace troupe {

/// Where a session lives: loop, slot in that loop's table, and the slot's generation. It outlives the session's actor
/// and, once the slot is used again, names nobody. The value of a default one names nobody either.
struct session_ref {
  std::uint32_t slot = 0;
  std::uint32_t generation : 24 = 0;
  std::uint32_t loop : 8 = 0;

  explicit operator bool() const noexcept { return generation != 0; }
  std::uint64_t bits() const noexcept { return std::uint64_t{loop} << 56 | std::uint64_t{generation} << 32 | slot; }
  friend bool operator==(session_ref a, session_ref b) noexcept { return a.bits() == b.bits(); }
  friend auto operator<=>(session_ref a, session_ref b) noexcept { return a.bits() <=> b.bits(); }
};

static_assert(sizeof(session_ref) == 8);

}  // namespace troupe

template <>
struct std::hash<troupe::session_ref> {
  std::size_t operator()(troupe::session_ref ref) const noexcept { return std::hash<std::uint64_t>{}(ref.bits()); }
};
