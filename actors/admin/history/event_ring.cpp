#include "actors/admin/history/event_ring.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <new>

#include "actors/admin/history/event_record.hpp"
#include "routing/hash.hpp"

namespace troupe::admin {

namespace {

constexpr std::size_t bytes_least = 64 * 1024;
constexpr std::size_t chunks_wanted = 64;
constexpr std::size_t chunk_bytes_least = 4 * 1024;
static_assert(event_record_bytes_max + sizeof(std::uint32_t) <= chunk_bytes_least);
/// Bytes of the ring for each bucket: chains of some seven records where it is full of records of 140 bytes.
constexpr std::size_t bytes_per_bucket = 1024;
/// What a reader does before it lets writers go on.
constexpr std::size_t piece_bytes = 16 * 1024;
constexpr std::size_t piece_records = 32;

std::size_t chunk_bytes_of(std::size_t bytes_max) noexcept {
  return std::max(std::max(bytes_max, bytes_least) / chunks_wanted, chunk_bytes_least);
}

std::size_t chunks_of(std::size_t bytes_max) noexcept {
  return std::max(bytes_max, bytes_least) / chunk_bytes_of(bytes_max);
}

}  // namespace

/// Records as they were while the lock was held, to be looked at without it.
class event_ring::copies {
public:
  copies() : memory_{std::make_unique_for_overwrite<std::byte[]>(piece_bytes)} { records_.reserve(piece_records); }

  void clear() noexcept {
    records_.clear();
    used_ = 0;
  }
  /// False: there is no room for it.
  bool add(std::uint64_t id, const std::byte* record) noexcept {
    const auto bytes = read_header(record).bytes();
    if (used_ + bytes > piece_bytes || records_.size() == piece_records) return false;
    std::memcpy(memory_.get() + used_, record, bytes);
    records_.push_back({id, used_});
    used_ += bytes;
    return true;
  }
  std::size_t size() const noexcept { return records_.size(); }
  event_view operator[](std::size_t index) const noexcept {
    return read_record(memory_.get() + records_[index].offset, records_[index].id);
  }

private:
  struct copied {
    std::uint64_t id;
    std::size_t offset;
  };
  std::unique_ptr<std::byte[]> memory_;
  std::vector<copied> records_;
  std::size_t used_ = 0;
};

event_ring::event_ring(std::size_t bytes_max, std::uint64_t seed)
  : chunks_max_bytes_{chunks_of(bytes_max) * chunk_bytes_of(bytes_max)},
    buckets_{std::bit_floor(chunks_max_bytes_ / bytes_per_bucket)},
    seed_{seed},
    chunks_{chunks_of(bytes_max), chunk_bytes_of(bytes_max)},
    newest_of_bucket_{static_cast<std::uint64_t*>(std::calloc(buckets_, sizeof(std::uint64_t)))} {
  if (!newest_of_bucket_) throw std::bad_alloc{};
}

std::uint32_t event_ring::hash_of(std::string_view client) const noexcept {
  return static_cast<std::uint32_t>(hash_text(client, seed_));
}

// -- writing --------------------------------------------------------------------------------------------------------

// All that can be done without the lock is done before it.
std::uint64_t event_ring::add(const event_view& what) noexcept {
  std::array<std::byte, event_record_bytes_max> record;
  const auto hash = what.client.empty() ? 0 : hash_of(what.client);
  const auto bytes = write_record(bounded(what), hash, record);
  std::lock_guard guard{mutex_};
  auto* place = chunks_.append(bytes);
  if (!place) return 0;
  std::memcpy(place, record.data(), bytes);
  return what.client.empty() ? chunks_.newest() : link(place, hash);
}

std::uint64_t event_ring::link(std::byte* record, std::uint32_t hash) noexcept {
  const auto id = chunks_.newest();
  auto& newest = newest_of_bucket_[bucket_of(hash)];
  const auto back = newest == 0 ? 0 : id - newest;
  // One so far away is overwritten: no ring holds as many records.
  write_back(record, back <= std::numeric_limits<std::uint32_t>::max() ? static_cast<std::uint32_t>(back) : 0);
  newest = id;
  return id;
}

// -- reading --------------------------------------------------------------------------------------------------------

/// Follows a chain from `from` on for some steps and copies what has this hash. Returns where to go on; 0: its end.
/// Called with the lock.
std::uint64_t event_ring::copy_chain(std::uint64_t from, std::uint32_t hash, std::size_t steps, copies& to) const {
  while (chunks_.holds(from)) {
    if (steps-- == 0) return from;
    const auto* record = chunks_.at(from);
    const auto header = read_header(record);
    if (header.client_hash == hash && !to.add(from, record)) return from;
    if (header.back == 0) return 0;
    from -= header.back;
  }
  return 0;
}

/// The first record of the chain of `hash` to look at. Where the page before ended, its chain is not walked again.
/// Called with the lock.
std::uint64_t event_ring::chain_start(std::uint64_t before_id, std::uint32_t hash) const {
  if (chunks_.holds(before_id - 1)) {
    const auto header = read_header(chunks_.at(before_id - 1));
    if (header.lengths[0] != 0 && bucket_of(header.client_hash) == bucket_of(hash)) return before_id - 1;
  }
  return newest_of_bucket_[bucket_of(hash)];
}

event_page event_ring::events_of(std::string_view client, std::uint64_t before_id, std::size_t limit) const {
  event_page page;
  if (client.empty()) return page;
  limit = std::clamp<std::size_t>(limit, 1, page_events_max);
  const auto hash = hash_of(client);
  const auto kept = bounded(client, event_client_bytes_max);
  copies piece;
  std::uint64_t at = 0;  // the next to look at
  for (std::size_t steps = 0; steps < steps_max && page.events.size() < limit; steps += piece_records) {
    piece.clear();
    {
      std::lock_guard guard{mutex_};
      at = copy_chain(steps == 0 ? chain_start(before_id, hash) : at, hash, piece_records, piece);
    }
    for (std::size_t i = 0; i < piece.size(); ++i) {
      if (piece[i].id >= before_id || piece[i].client != kept) continue;
      if (page.events.size() == limit) {
        at = piece[i].id;
        break;
      }
      page.events.push_back(to_event(piece[i]));
    }
    if (at == 0) return page;
  }
  page.next = at + 1;
  return page;
}

event_page event_ring::latest(std::uint64_t before_id, const event_filter& filter, std::size_t limit) const {
  event_page page;
  limit = std::clamp<std::size_t>(limit, 1, page_events_max);
  copies piece;
  auto below = before_id;
  std::uint64_t oldest = 0;
  for (std::size_t scanned = 0; scanned < records_scanned_max && page.events.size() < limit;) {
    piece.clear();
    {
      std::lock_guard guard{mutex_};
      oldest = chunks_.oldest();
      below = std::min(below, chunks_.newest() + 1);
      for (auto id = below; id > oldest && piece.add(id - 1, chunks_.at(id - 1));) --id;
    }
    if (piece.size() == 0) return page;
    for (std::size_t i = 0; i < piece.size() && page.events.size() < limit; ++i) {
      below = piece[i].id;
      if (filter.matches(piece[i])) page.events.push_back(to_event(piece[i]));
    }
    scanned += piece.size();
  }
  page.next = below > oldest ? below : 0;
  return page;
}

std::uint64_t event_ring::added() const {
  std::lock_guard guard{mutex_};
  return chunks_.newest();
}

std::uint64_t event_ring::overwritten() const {
  std::lock_guard guard{mutex_};
  return chunks_.overwritten();
}

std::size_t event_ring::allocated_bytes() const {
  std::lock_guard guard{mutex_};
  return chunks_.allocated_bytes();
}

}  // namespace troupe::admin
