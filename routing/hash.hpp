#pragma once

#include <cstdint>
#include <string_view>

namespace troupe {

/// Multiplies to 128 bits and folds both halves: the one step that the node's hashes are made of.
inline std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ typedef unsigned __int128 wide;
  auto product = static_cast<wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// Spreads the bits of a number over the whole word.
inline std::uint64_t mix(std::uint64_t value) noexcept {
  return fold(value ^ 0x9E3779B97F4A7C15u, 0xD6E8FEB86659FD93u);
}

/// A 64-bit hash of any text, equal on every machine and in every version for one seed:
///
///     state = mix(seed + number of bytes)
///     for every eight bytes, read as a little-endian number (the last ones padded with zeros):
///       state = fold(state ^ number, 0xA0761D6478BD642F)
///     result = mix(state)
///
/// Not for secrets. Tables that strangers fill use a seed that strangers don't know.
std::uint64_t hash_text(std::string_view text, std::uint64_t seed) noexcept;

}  // namespace troupe
