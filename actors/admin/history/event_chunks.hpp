#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "routing/ref.hpp"

namespace troupe::admin {

/// A piece of memory full of records, which grow from its beginning; their offsets, four bytes each, grow from its end.
/// Whoever has a reference may read the records that there were when it got it: they are not written again until it
/// has let go.
class event_chunk final : public ref_counted {
public:
  /// Null where there is no memory.
  static ref_ptr<event_chunk> make(std::size_t bytes) noexcept;
  static void destroy(const event_chunk* chunk) noexcept;

  void clear(std::uint64_t first) noexcept;
  /// Null: it does not fit.
  std::byte* append(std::size_t bytes) noexcept;

  std::uint64_t first() const noexcept { return first_; }
  std::uint32_t records() const noexcept { return records_; }
  const std::byte* at(std::size_t index) const noexcept;

private:
  event_chunk(std::unique_ptr<std::byte[]> memory, std::size_t bytes) noexcept
    : memory_{std::move(memory)},
      bytes_{bytes} {}
  std::byte* offset_of(std::size_t index) const noexcept {
    return memory_.get() + bytes_ - (index + 1) * sizeof(std::uint32_t);
  }

  std::unique_ptr<std::byte[]> memory_;
  std::size_t bytes_;
  std::uint64_t first_ = 0;  ///< number of its first record
  std::uint32_t records_ = 0;
  std::uint32_t used_ = 0;  ///< bytes of its records
};

/// Records of varying length, numbered 1, 2, 3..., in a ring of chunks. A chunk is allocated when the ones before it
/// are full; when all are, the oldest is emptied and filled again. Not thread-safe.
class event_chunks {
public:
  /// Some records in a row that stay as they are, whatever is appended.
  class pinned {
  public:
    bool holds(std::uint64_t number) const noexcept { return number >= first_ && number < end_; }
    const std::byte* at(std::uint64_t number) const noexcept { return chunk_->at(number - first_); }

  private:
    friend event_chunks;
    ref_ptr<event_chunk> chunk_;
    std::uint64_t first_ = 0;
    std::uint64_t end_ = 0;
  };

  event_chunks(std::size_t chunks_max, std::size_t chunk_bytes);

  /// A place of `bytes` bytes for record newest() + 1, which this makes the newest; null where there is no memory. A
  /// chunk must have room for it.
  std::byte* append(std::size_t bytes) noexcept;
  /// The records of the chunk of this one; nothing where it is no more, or not yet.
  pinned pin(std::uint64_t number) const noexcept;

  /// 0: there has been none.
  std::uint64_t newest() const noexcept { return next_ - 1; }
  /// newest() + 1: there is none.
  std::uint64_t oldest() const noexcept { return oldest_; }
  /// Records that are no more.
  std::uint64_t overwritten() const noexcept { return oldest_ - 1; }
  std::size_t allocated_bytes() const noexcept { return chunks_.size() * chunk_bytes_; }

private:
  bool begin_chunk() noexcept;
  bool add_chunk() noexcept;
  bool empty_oldest() noexcept;
  std::size_t place_of_oldest() const noexcept { return current_ + 1 < chunks_.size() ? current_ + 1 : 0; }

  std::size_t chunk_bytes_;
  std::size_t chunks_max_;
  std::vector<ref_ptr<event_chunk>> chunks_;
  std::size_t current_ = 0;  ///< the chunk of the newest record; they are in order from the one behind it on
  std::uint64_t oldest_ = 1;
  std::uint64_t next_ = 1;
};

}  // namespace troupe::admin
