#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace troupe::admin {

/// Records of varying length, numbered 1, 2, 3..., in a ring of chunks of memory. A chunk is allocated when the ones
/// before it are full; when all are, the oldest is emptied and filled again. Not thread-safe.
///
/// In a chunk, records grow from its beginning and their offsets, four bytes each, from its end: any number is found
/// without looking at others.
class event_chunks {
public:
  event_chunks(std::size_t chunks_max, std::size_t chunk_bytes);

  /// A place of `bytes` bytes for record newest() + 1, which this makes the newest; null where there is no memory at
  /// all. A chunk must hold it.
  std::byte* append(std::size_t bytes) noexcept;

  /// 0: there has been none.
  std::uint64_t newest() const noexcept { return next_ - 1; }
  /// newest() + 1: there is none.
  std::uint64_t oldest() const noexcept { return oldest_; }
  bool holds(std::uint64_t number) const noexcept { return number >= oldest_ && number < next_; }
  /// Of a record that is held.
  const std::byte* at(std::uint64_t number) const noexcept;

  /// Records that are no more.
  std::uint64_t overwritten() const noexcept { return oldest_ - 1; }
  std::size_t allocated_bytes() const noexcept { return chunks_.size() * chunk_bytes_; }

private:
  struct chunk {
    std::unique_ptr<std::byte[]> memory;
    std::uint64_t first = 0;  ///< number of its first record
    std::uint32_t records = 0;
    std::uint32_t used = 0;  ///< bytes of its records
  };

  bool fits(const chunk& into, std::size_t bytes) const noexcept {
    return into.used + bytes + (into.records + std::size_t{1}) * sizeof(std::uint32_t) <= chunk_bytes_;
  }
  bool begin_chunk() noexcept;
  bool allocate_chunk() noexcept;
  const chunk& chunk_of(std::uint64_t number) const noexcept;
  std::byte* slot(const chunk& of, std::uint64_t index) const noexcept {
    return of.memory.get() + chunk_bytes_ - (index + 1) * sizeof(std::uint32_t);
  }

  std::size_t chunk_bytes_;
  std::size_t chunks_max_;
  std::vector<chunk> chunks_;
  std::size_t current_ = 0;  ///< the chunk of the newest record; the one behind it has the oldest, once all are there
  std::uint64_t oldest_ = 1;
  std::uint64_t next_ = 1;
};

}  // namespace troupe::admin
