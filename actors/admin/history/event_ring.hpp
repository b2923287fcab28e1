#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "actors/admin/history/event.hpp"
#include "actors/admin/history/event_chunks.hpp"
#include "actors/admin/history/event_filter.hpp"

namespace troupe::admin {

/// Some events, the newest first.
struct event_page {
  std::vector<event> events;
  /// Go on with it as `before_id`, even where `events` is empty: so far was looked. 0: there is nothing before.
  std::uint64_t next = 0;
};

/// The last events of a node, in memory of a fixed size that is taken as it fills. When it is full the oldest give way,
/// a sixty-fourth of them at a time. Thread-safe: event loops add, others read meanwhile. A reader holds the lock only
/// to get a reference to a chunk, and may keep that one chunk alive beyond its time.
///
/// Events of a client are found without looking at all: each record tells the one before it of the same bucket of
/// client ids. Buckets take less than 1 % of the size, and a random `seed` keeps strangers from choosing theirs.
class event_ring {
public:
  static constexpr std::size_t bytes_default = 64 * 1024 * 1024;
  static constexpr std::uint64_t from_newest = std::numeric_limits<std::uint64_t>::max();
  /// What one call looks at, at the most.
  static constexpr std::size_t records_scanned_max = 20'000;  ///< by latest()
  static constexpr std::size_t steps_max = 4'096;             ///< by events_of(), in the chain of the client's bucket
  static constexpr std::size_t page_events_max = 1'000;

  /// `seed`: of the hash of client ids, random. `bytes_max` is at least 64 KiB.
  explicit event_ring(std::size_t bytes_max = bytes_default, std::uint64_t seed = 0);

  /// Keeps as much of the event as bounded() leaves and returns its id; 0 where there was no memory at all.
  std::uint64_t add(const event_view& what) noexcept;

  /// Events of a client with ids below `before_id`. That is `next` of the page before: another one is looked for from
  /// the newest event on, steps_max far.
  event_page events_of(std::string_view client, std::uint64_t before_id = from_newest, std::size_t limit = 100) const;
  /// Those of anybody that match.
  event_page latest(std::uint64_t before_id = from_newest, const event_filter& filter = {},
                    std::size_t limit = 100) const;

  /// Since the node started, and how many of them are gone.
  std::uint64_t added() const;
  std::uint64_t overwritten() const;
  /// What is taken for chunks so far, and the most that all may take with the buckets.
  std::size_t allocated_bytes() const;
  std::size_t bytes_max() const noexcept { return chunks_max_bytes_ + buckets_ * sizeof(std::uint64_t); }

private:
  class reader;
  struct freed {
    void operator()(std::uint64_t* memory) const noexcept { std::free(memory); }
  };

  std::size_t bucket_of(std::uint32_t hash) const noexcept { return hash & (buckets_ - 1); }
  std::uint32_t hash_of(std::string_view client) const noexcept;
  std::uint64_t link(std::byte* record, std::uint32_t hash) noexcept;
  std::uint64_t chain_start(std::uint64_t before_id, std::uint32_t hash, reader& records) const;

  std::size_t chunks_max_bytes_;
  std::size_t buckets_;  ///< a power of two
  std::uint64_t seed_;
  mutable std::mutex mutex_;
  event_chunks chunks_;
  /// Id of the newest event of each bucket. From calloc: pages of it that nobody wrote cost nothing.
  std::unique_ptr<std::uint64_t[], freed> newest_of_bucket_;
};

}  // namespace troupe::admin
