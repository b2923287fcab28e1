#include "actors/admin/history/event_chunks.hpp"

#include <cstring>
#include <new>

namespace troupe::admin {

event_chunks::event_chunks(std::size_t chunks_max, std::size_t chunk_bytes)
  : chunk_bytes_{chunk_bytes},
    chunks_max_{chunks_max} {
  chunks_.reserve(chunks_max);
}

std::byte* event_chunks::append(std::size_t bytes) noexcept {
  if ((chunks_.empty() || !fits(chunks_[current_], bytes)) && !begin_chunk()) return nullptr;
  auto& into = chunks_[current_];
  std::memcpy(slot(into, into.records), &into.used, sizeof into.used);
  auto* place = into.memory.get() + into.used;
  into.used += static_cast<std::uint32_t>(bytes);
  ++into.records;
  ++next_;
  return place;
}

// Where memory is short, the oldest events give way early. With one chunk alone that would be all of them, but a node
// that cannot have two has other worries.
bool event_chunks::begin_chunk() noexcept {
  if (chunks_.size() < chunks_max_ && allocate_chunk()) {
    current_ = chunks_.size() - 1;
  } else if (chunks_.empty()) {
    return false;
  } else {
    current_ = (current_ + 1) % chunks_.size();
    oldest_ += chunks_[current_].records;
  }
  auto& begun = chunks_[current_];
  begun.first = next_;
  begun.records = 0;
  begun.used = 0;
  return true;
}

// Only while the newest record is in the last one: else they would not be in order.
bool event_chunks::allocate_chunk() noexcept {
  if (!chunks_.empty() && current_ + 1 != chunks_.size()) return false;
  std::unique_ptr<std::byte[]> memory{new (std::nothrow) std::byte[chunk_bytes_]};
  if (!memory) return false;
  chunks_.push_back({.memory = std::move(memory)});  // there is room: reserved
  return true;
}

const event_chunks::chunk& event_chunks::chunk_of(std::uint64_t number) const noexcept {
  const auto count = chunks_.size();
  const auto wrapped = current_ + 1 < count;  // else the first chunk is the oldest
  const auto oldest = wrapped ? current_ + 1 : 0;
  std::size_t low = 0;
  for (auto high = count; high - low > 1;) {
    const auto middle = low + (high - low) / 2;
    (chunks_[(oldest + middle) % count].first <= number ? low : high) = middle;
  }
  return chunks_[(oldest + low) % count];
}

const std::byte* event_chunks::at(std::uint64_t number) const noexcept {
  const auto& in = chunk_of(number);
  std::uint32_t offset = 0;
  std::memcpy(&offset, slot(in, number - in.first), sizeof offset);
  return in.memory.get() + offset;
}

}  // namespace troupe::admin
