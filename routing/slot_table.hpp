#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace troupe {

/// Hash table from hashes to 32-bit numbers, which name objects kept elsewhere: 8 bytes a slot, open addressing, linear
/// probing. It consists of many small tables, each growing on its own, so that no insert moves more than its 256th
/// part.
class slot_table {
public:
  static constexpr std::uint32_t none = 0xFFFFFFFF;

  /// The first number under `hash` for which `same(number)` holds, or none.
  template <class Same>
  std::uint32_t find(std::uint64_t hash, Same&& same) const {
    const auto& in = parts_[part_of(hash)];
    if (in.used == 0) return none;
    auto tag = tag_of(hash);
    for (auto at = tag & in.mask;; at = (at + 1) & in.mask) {
      const auto& seen = in.slots[at];
      if (seen.number == none) return none;
      if (seen.tag == tag && same(seen.number)) return seen.number;
    }
  }

  /// Asks the processor for the slot where find() begins.
  void approach(std::uint64_t hash) const noexcept {
    const auto& in = parts_[part_of(hash)];
    if (in.used != 0) __builtin_prefetch(&in.slots[tag_of(hash) & in.mask]);
  }

  /// Makes room for one more under `hash`; may throw.
  void reserve(std::uint64_t hash);
  /// Precondition: reserve(hash) with nothing inserted since, and `number` is not none.
  void insert(std::uint64_t hash, std::uint32_t number) noexcept;
  /// Precondition: `number` was inserted under `hash`.
  void erase(std::uint64_t hash, std::uint32_t number) noexcept;

  std::size_t size() const noexcept { return size_; }

private:
  struct slot {
    std::uint32_t tag = 0;
    std::uint32_t number = none;
  };
  struct part {
    std::unique_ptr<slot[]> slots;
    std::uint32_t mask = 0;
    std::uint32_t used = 0;
    std::uint32_t capacity() const noexcept { return slots ? mask + 1 : 0; }
  };
  static constexpr std::uint32_t capacity_min = 8;

  static std::size_t part_of(std::uint64_t hash) noexcept { return hash >> 56; }
  static std::uint32_t tag_of(std::uint64_t hash) noexcept { return static_cast<std::uint32_t>(hash); }
  static void put(slot* slots, std::uint32_t mask, slot what) noexcept;
  static void move_to(part& in, std::unique_ptr<slot[]> slots, std::uint32_t capacity) noexcept;
  static void close_gap(part& in, std::uint32_t gap) noexcept;
  static void shrink(part& in) noexcept;

  std::array<part, 256> parts_;
  std::size_t size_ = 0;
};

}  // namespace troupe
