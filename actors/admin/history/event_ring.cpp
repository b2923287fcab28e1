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

std::size_t chunk_bytes_of(std::size_t bytes_max) noexcept {
  return std::max(std::max(bytes_max, bytes_least) / chunks_wanted, chunk_bytes_least);
}

std::size_t chunks_of(std::size_t bytes_max) noexcept {
  return std::max(bytes_max, bytes_least) / chunk_bytes_of(bytes_max);
}

}  // namespace

/// Goes from record to record. It asks for the lock only to get hold of the next chunk, and reads without it.
class event_ring::reader {
public:
  explicit reader(const event_ring& of) noexcept : of_{of} {}

  /// Null: it is overwritten, or there is none yet.
  const std::byte* at(std::uint64_t number) noexcept {
    if (!in_.holds(number)) in_ = pin(number);
    return in_.holds(number) ? in_.at(number) : nullptr;
  }

private:
  event_chunks::pinned pin(std::uint64_t number) const noexcept {
    std::lock_guard guard{of_.mutex_};
    return of_.chunks_.pin(number);
  }

  const event_ring& of_;
  event_chunks::pinned in_;
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

/// The first record of a chain to look at. Where the page before ended, its chain is not walked again.
std::uint64_t event_ring::chain_start(std::uint64_t before_id, std::uint32_t hash, reader& records) const {
  if (const auto* record = records.at(before_id - 1)) {
    const auto header = read_header(record);
    if (header.lengths[0] != 0 && bucket_of(header.client_hash) == bucket_of(hash)) return before_id - 1;
  }
  std::lock_guard guard{mutex_};
  return newest_of_bucket_[bucket_of(hash)];
}

event_page event_ring::events_of(std::string_view client, std::uint64_t before_id, std::size_t limit) const {
  event_page page;
  if (client.empty()) return page;
  limit = std::clamp<std::size_t>(limit, 1, page_events_max);
  const auto hash = hash_of(client);
  const auto kept = bounded(client, event_client_bytes_max);
  reader records{*this};
  auto at = chain_start(before_id, hash, records);
  for (std::size_t steps = 0; steps < steps_max; ++steps) {
    const auto* record = records.at(at);
    if (!record) return page;
    const auto header = read_header(record);
    if (header.client_hash == hash && at < before_id) {
      if (page.events.size() == limit) break;
      const auto what = read_record(record, at);
      if (what.client == kept) page.events.push_back(to_event(what));
    }
    if (header.back == 0) return page;
    at -= header.back;
  }
  page.next = at < before_id ? at + 1 : 0;  // else it is not one of ours
  return page;
}

event_page event_ring::latest(std::uint64_t before_id, const event_filter& filter, std::size_t limit) const {
  event_page page;
  limit = std::clamp<std::size_t>(limit, 1, page_events_max);
  reader records{*this};
  auto below = std::min(before_id, added() + 1);
  for (std::size_t scanned = 0; scanned < records_scanned_max && page.events.size() < limit; ++scanned) {
    const auto* record = records.at(below - 1);
    if (!record) return page;
    const auto what = read_record(record, --below);
    if (filter.matches(what)) page.events.push_back(to_event(what));
  }
  page.next = records.at(below - 1) ? below : 0;
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
