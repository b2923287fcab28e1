#include "routing/slot_table.hpp"

#include <new>
#include <utility>

namespace troupe {

void slot_table::reserve(std::uint64_t hash) {
  auto& in = parts_[part_of(hash)];
  auto capacity = in.capacity();
  // Up to three quarters full: a search that fails then looks at some eight slots, one or two cache lines.
  if (in.used + 1 <= capacity - capacity / 4 && capacity != 0) return;
  auto wanted = capacity == 0 ? capacity_min : capacity * 2;
  move_to(in, std::make_unique<slot[]>(wanted), wanted);
}

void slot_table::insert(std::uint64_t hash, std::uint32_t number) noexcept {
  auto& in = parts_[part_of(hash)];
  put(in.slots.get(), in.mask, {tag_of(hash), number});
  ++in.used;
  ++size_;
}

void slot_table::erase(std::uint64_t hash, std::uint32_t number) noexcept {
  auto& in = parts_[part_of(hash)];
  auto at = tag_of(hash) & in.mask;
  while (in.slots[at].number != number) at = (at + 1) & in.mask;
  close_gap(in, at);
  --in.used;
  --size_;
  shrink(in);
}

void slot_table::put(slot* slots, std::uint32_t mask, slot what) noexcept {
  auto at = what.tag & mask;
  while (slots[at].number != none) at = (at + 1) & mask;
  slots[at] = what;
}

void slot_table::move_to(part& in, std::unique_ptr<slot[]> slots, std::uint32_t capacity) noexcept {
  auto old_capacity = in.capacity();
  for (std::uint32_t i = 0; i < old_capacity; ++i)
    if (in.slots[i].number != none) put(slots.get(), capacity - 1, in.slots[i]);
  in.slots = std::move(slots);
  in.mask = capacity - 1;
}

/// Pulls back what stands behind the gap and belongs at or before it, so that no search ends too early.
void slot_table::close_gap(part& in, std::uint32_t gap) noexcept {
  for (auto at = (gap + 1) & in.mask; in.slots[at].number != none; at = (at + 1) & in.mask) {
    auto home = in.slots[at].tag & in.mask;
    if (((at - home) & in.mask) < ((at - gap) & in.mask)) continue;
    in.slots[gap] = in.slots[at];
    gap = at;
  }
  in.slots[gap] = {};
}

void slot_table::shrink(part& in) noexcept {
  if (in.used == 0) {
    in.slots.reset();
    in.mask = 0;
    return;
  }
  auto wanted = in.capacity() / 2;
  if (wanted < capacity_min || in.used > wanted / 4) return;
  // Without memory for the smaller table the larger one stays.
  if (auto slots = std::unique_ptr<slot[]>{new (std::nothrow) slot[wanted]}) move_to(in, std::move(slots), wanted);
}

}  // namespace troupe
