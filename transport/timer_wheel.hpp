#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "routing/publication.hpp"

namespace troupe::transport {

/// Instants as the timer wheels count them: one scale for the whole process, so that a deadline may move from the wheel
/// of one loop to another's. 32 bits at 100 ms last for 13 years of uptime.
using timer_tick = std::uint32_t;
constexpr std::chrono::milliseconds timer_resolution{100};

/// The first tick that is not before `deadline`: a timer never fires early.
constexpr timer_tick tick_at_or_after(time_point deadline) noexcept {
  constexpr auto last = std::numeric_limits<timer_tick>::max() - 1;
  using ticks = std::chrono::duration<std::int64_t, std::ratio<timer_resolution.count(), 1'000>>;
  const auto up = std::chrono::ceil<ticks>(deadline.time_since_epoch()).count();
  return up < 0 ? 0 : up > last ? last : static_cast<timer_tick>(up);
}

constexpr timer_tick tick_before(time_point now) noexcept {
  const auto ticks = std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()) / timer_resolution;
  return ticks < 0 ? 0 : static_cast<timer_tick>(ticks);
}

constexpr time_point time_of(timer_tick tick) noexcept { return time_point{tick * timer_resolution}; }

/// Timers of one loop. No thread and no clock: time is passed in. Nothing is cancelled: a timer fires once, and its
/// owner looks whether it still means anything, adding it again when the deadline has moved on. A hierarchical wheel:
/// adding costs constant time, and an entry is moved at most three times before it fires.
template <class Value>
class timer_wheel {
  static_assert(std::is_trivially_copyable_v<Value>, "a value must be small and plain: it is re-checked when it fires");

public:
  /// `start` is the time of the wheel's first turn; nothing fires at or before it.
  explicit timer_wheel(time_point start) : now_{tick_before(start)} {
    for (auto& level : slots_) level.fill(none);
  }

  /// Fires in the first advance() at or after `deadline`; one that has passed fires in the next advance() to a new
  /// tick. Returns the tick at which it fires, by which an owner of several timers can tell the current one from stale
  /// ones.
  timer_tick add(time_point deadline, Value value) {
    const auto tick = std::max(tick_at_or_after(deadline), now_ + 1);
    const auto index = allocate();
    at(index) = entry{none, tick, value};
    insert(index);
    return tick;
  }

  /// Moves time to `now` and calls fn(value) or fn(value, tick) for each timer due; fn may add timers and must not
  /// throw. Time never goes back: an earlier `now` does nothing.
  template <class Fn>
  void advance(time_point now, Fn&& fn) {
    const auto target = tick_before(now);
    while (now_ < target) {
      skip_empty(target);
      if (now_ == target) break;
      ++now_;
      cascade();
      fire(fn);
    }
  }

  /// When advance() has something to do next: at the latest when the first timer is due. Nothing when there is no
  /// timer.
  std::optional<time_point> next() const noexcept {
    if (size_ == 0) return std::nullopt;
    for (timer_tick ahead = 1; ahead <= slots_per_level; ++ahead) {
      const auto tick = now_ + ahead;
      if (slots_[0][tick % slots_per_level] != none || tick % slots_per_level == 0) return time_of(tick);
    }
    return time_of(now_ + 1);
  }

  std::size_t size() const noexcept { return size_; }
  /// Bytes held; they are kept for the next timers.
  std::size_t memory() const noexcept { return chunks_.size() * sizeof(chunk); }

private:
  static constexpr std::uint32_t none = 0xFFFF'FFFF;
  static constexpr unsigned level_bits = 8;
  static constexpr std::uint32_t slots_per_level = 1u << level_bits;
  static constexpr unsigned levels = 4;
  static constexpr std::uint32_t chunk_entries = 1024;

  struct entry {
    std::uint32_t next;
    timer_tick tick;
    Value value;
  };
  static_assert(sizeof(entry) <= 32, "a million timers cost 32 MB at the most");
  using chunk = std::array<entry, chunk_entries>;

  entry& at(std::uint32_t index) noexcept { return (*chunks_[index / chunk_entries])[index % chunk_entries]; }

  std::uint32_t allocate() {
    if (free_ == none) grow();
    const auto index = free_;
    free_ = at(index).next;
    ++size_;
    return index;
  }

  // In chunks: no copying of a million entries when the wheel grows, and no spare half.
  void grow() {
    const auto base = static_cast<std::uint32_t>(chunks_.size()) * chunk_entries;
    chunks_.push_back(std::make_unique<chunk>());
    for (std::uint32_t i = chunk_entries; i-- > 0;) {
      at(base + i).next = free_;
      free_ = base + i;
    }
  }

  void insert(std::uint32_t index) noexcept {
    auto& added = at(index);
    const auto differing = static_cast<unsigned>(std::bit_width((added.tick ^ now_) | 1u)) - 1;
    const auto level = differing / level_bits;
    auto& head = slots_[level][(added.tick >> (level * level_bits)) % slots_per_level];
    added.next = head;
    head = index;
    ++level_size_[level];
  }

  // At the start of a level's next round its entries are spread over the level below.
  void cascade() noexcept {
    for (unsigned level = 1; level < levels; ++level) {
      if ((now_ & ((1u << (level * level_bits)) - 1)) != 0) return;
      auto index = std::exchange(slots_[level][(now_ >> (level * level_bits)) % slots_per_level], none);
      while (index != none) {
        const auto following = at(index).next;
        --level_size_[level];
        insert(index);
        index = following;
      }
    }
  }

  template <class Fn>
  void fire(Fn& fn) {
    auto index = std::exchange(slots_[0][now_ % slots_per_level], none);
    while (index != none) {
      const auto due = at(index);
      release(index);
      --level_size_[0];
      index = due.next;
      if constexpr (std::is_invocable_v<Fn&, Value, timer_tick>)
        fn(due.value, due.tick);
      else
        fn(due.value);
    }
  }

  void release(std::uint32_t index) noexcept {
    at(index).next = free_;
    free_ = index;
    --size_;
  }

  // Jumps over rounds in which nothing can fire: a machine that slept for a day does not make us count its ticks.
  void skip_empty(timer_tick target) noexcept {
    unsigned level = 0;
    while (level < levels && level_size_[level] == 0) ++level;
    if (level == 0) return;
    if (level == levels) {
      now_ = target;
      return;
    }
    const auto last_of_round = now_ | ((1u << (level * level_bits)) - 1);
    now_ = std::min(target, last_of_round);
  }

  timer_tick now_;
  std::uint32_t free_ = none;
  std::size_t size_ = 0;
  std::array<std::size_t, levels> level_size_{};
  std::array<std::array<std::uint32_t, slots_per_level>, levels> slots_;
  std::vector<std::unique_ptr<chunk>> chunks_;
};

}  // namespace troupe::transport
