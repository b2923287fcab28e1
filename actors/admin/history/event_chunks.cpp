#include "actors/admin/history/event_chunks.hpp"

#include <cstring>
#include <new>

namespace troupe::admin {

// -- one chunk ------------------------------------------------------------------------------------------------------

ref_ptr<event_chunk> event_chunk::make(std::size_t bytes) noexcept {
  std::unique_ptr<std::byte[]> memory{new (std::nothrow) std::byte[bytes]};
  if (!memory) return nullptr;
  return ref_ptr<event_chunk>::adopt(new (std::nothrow) event_chunk{std::move(memory), bytes});
}

void event_chunk::destroy(const event_chunk* chunk) noexcept { delete chunk; }

void event_chunk::clear(std::uint64_t first) noexcept {
  first_ = first;
  records_ = 0;
  used_ = 0;
}

std::byte* event_chunk::append(std::size_t bytes) noexcept {
  if (used_ + bytes + (records_ + std::size_t{1}) * sizeof used_ > bytes_) return nullptr;
  auto* place = memory_.get() + used_;
  std::memcpy(offset_of(records_), &used_, sizeof used_);
  used_ += static_cast<std::uint32_t>(bytes);
  ++records_;
  return place;
}

const std::byte* event_chunk::at(std::size_t index) const noexcept {
  std::uint32_t offset = 0;
  std::memcpy(&offset, offset_of(index), sizeof offset);
  return memory_.get() + offset;
}

// -- all of them ----------------------------------------------------------------------------------------------------

event_chunks::event_chunks(std::size_t chunks_max, std::size_t chunk_bytes)
  : chunk_bytes_{chunk_bytes},
    chunks_max_{chunks_max} {
  chunks_.reserve(chunks_max);
}

std::byte* event_chunks::append(std::size_t bytes) noexcept {
  auto* place = chunks_.empty() ? nullptr : chunks_[current_]->append(bytes);
  if (!place && begin_chunk()) place = chunks_[current_]->append(bytes);
  if (place) ++next_;
  return place;
}

// Where memory is short, the oldest records give way before all chunks are there.
bool event_chunks::begin_chunk() noexcept {
  if (!add_chunk() && !empty_oldest()) return false;
  chunks_[current_]->clear(next_);
  return true;
}

// Behind the newest record only: else they would not be in order.
bool event_chunks::add_chunk() noexcept {
  const auto at_the_end = chunks_.empty() || current_ + 1 == chunks_.size();
  if (!at_the_end || chunks_.size() == chunks_max_) return false;
  auto made = event_chunk::make(chunk_bytes_);
  if (!made) return false;
  chunks_.push_back(std::move(made));  // there is room: reserved
  current_ = chunks_.size() - 1;
  return true;
}

// One that is being read stays with its reader, and another takes its place.
bool event_chunks::empty_oldest() noexcept {
  if (chunks_.empty()) return false;
  auto& oldest = chunks_[place_of_oldest()];
  const auto gone = oldest->records();
  if (!oldest->unique()) {
    auto made = event_chunk::make(chunk_bytes_);
    if (!made) return false;
    oldest = std::move(made);
  }
  oldest_ += gone;
  current_ = place_of_oldest();
  return true;
}

event_chunks::pinned event_chunks::pin(std::uint64_t number) const noexcept {
  pinned result;
  if (number < oldest_ || number >= next_) return result;
  const auto count = chunks_.size();
  const auto oldest = place_of_oldest();
  std::size_t low = 0;
  for (auto high = count; high - low > 1;) {
    const auto middle = low + (high - low) / 2;
    (chunks_[(oldest + middle) % count]->first() <= number ? low : high) = middle;
  }
  result.chunk_ = chunks_[(oldest + low) % count];
  result.first_ = result.chunk_->first();
  result.end_ = result.first_ + result.chunk_->records();
  return result;
}

}  // namespace troupe::admin
