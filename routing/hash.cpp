#include "routing/hash.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>

namespace troupe {
namespace {

/// Up to eight bytes as a little-endian number, whatever the machine.
std::uint64_t load(std::string_view bytes) noexcept {
  std::uint64_t result = 0;
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(&result, bytes.data(), std::min<std::size_t>(bytes.size(), 8));
  } else {
    for (std::size_t i = 0; i < std::min<std::size_t>(bytes.size(), 8); ++i)
      result |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return result;
}

}  // namespace

std::uint64_t hash_text(std::string_view text, std::uint64_t seed) noexcept {
  auto state = mix(seed + text.size());
  while (!text.empty()) {
    state = fold(state ^ load(text), 0xA0761D6478BD642Fu);
    text.remove_prefix(std::min<std::size_t>(text.size(), 8));
  }
  return mix(state);
}

}  // namespace troupe
