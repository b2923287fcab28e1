#include "routing/hash.hpp"

#include <bit>
#include <cstddef>
#include <cstring>

namespace troupe {
namespace {

/// So many bytes as a little-endian number, whatever the machine.
template <class Number>
std::uint64_t load(const char* from) noexcept {
  Number result;
  std::memcpy(&result, from, sizeof result);
  if constexpr (std::endian::native == std::endian::little)
    return result;
  else
    return sizeof(Number) == 8 ? __builtin_bswap64(result) : __builtin_bswap32(static_cast<std::uint32_t>(result));
}

/// The same for one to seven bytes: by reads that overlap, without a loop or a copy of unknown length.
std::uint64_t load_rest(const char* from, std::size_t size) noexcept {
  if (size >= 4) return load<std::uint32_t>(from) | load<std::uint32_t>(from + size - 4) << (8 * (size - 4));
  const auto byte = [&](std::size_t at) { return std::uint64_t{static_cast<unsigned char>(from[at])} << (8 * at); };
  return byte(0) | byte(size / 2) | byte(size - 1);
}

}  // namespace

std::uint64_t hash_text(std::string_view text, std::uint64_t seed) noexcept {
  constexpr std::uint64_t factor = 0xA0761D6478BD642F;
  auto state = mix(seed + text.size());
  for (; text.size() >= 8; text.remove_prefix(8)) state = fold(state ^ load<std::uint64_t>(text.data()), factor);
  if (!text.empty()) state = fold(state ^ load_rest(text.data(), text.size()), factor);
  return mix(state);
}

}  // namespace troupe
