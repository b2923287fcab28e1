#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace troupe::admin {

/// In microseconds; all 0 where `count` is.
struct latency_figures {
  double p50 = 0;
  double p95 = 0;
  double p99 = 0;
  std::uint64_t count = 0;
};

/// How long things took during the last ten seconds: a histogram whose buckets are a sixteenth of a power of two wide,
/// so that a figure is off by 3 % at the most. One thread records, with relaxed stores and no locked instruction; any
/// thread reads, and may miss what is recorded at that moment. 23 KiB.
class latency_sketch {
public:
  static constexpr std::int64_t seconds_kept = 10;

  /// `now`: seconds of any clock that never goes back, the same for readers.
  void record(std::chrono::seconds now, std::chrono::nanoseconds took) noexcept;

  /// Of several loops together.
  static latency_figures figures(std::span<const latency_sketch* const> of, std::chrono::seconds now);

  static constexpr unsigned value_bits = 36;  ///< 68 seconds in nanoseconds: what takes longer counts as that

  /// What took less than 2^k nanoseconds, but not less than 2^(k-1), is counted at [k].
  struct octaves {
    std::array<std::uint64_t, value_bits + 1> counts{};
    double nanoseconds = 0;  ///< of all together, within 3 %
  };
  /// Adds what was recorded in a second; nothing where it is not kept any more.
  void add_second(std::int64_t second, octaves& to) const noexcept;

private:
  static constexpr unsigned fraction_bits = 4;
  static constexpr std::uint64_t fractions = 1u << fraction_bits;
  static constexpr std::size_t buckets = (value_bits - fraction_bits + 1) * fractions;
  using totals = std::array<std::uint64_t, buckets>;

  struct slot {
    std::atomic<std::int64_t> second = -1;  ///< that it counts; -1: none, or it is being emptied
    std::array<std::atomic<std::uint32_t>, buckets> counts{};
  };

  static constexpr std::size_t bucket_of(std::uint64_t value) noexcept {
    if (value < fractions) return value;
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - 1 - fraction_bits;
    return (shift + 1) * fractions + ((value >> shift) - fractions);
  }
  static constexpr double middle_of(std::size_t bucket) noexcept {
    if (bucket < fractions) return static_cast<double>(bucket);
    const auto shift = bucket / fractions - 1;
    const auto low = (bucket % fractions + fractions) << shift;
    return static_cast<double>(low) + static_cast<double>((std::uint64_t{1} << shift) - 1) / 2;
  }

  slot& slot_for(std::int64_t second) noexcept;
  void add_to(totals& sums, std::int64_t now) const noexcept;

  std::array<slot, seconds_kept + 1> slots_;  // one more: the oldest is not emptied while it still counts
};

}  // namespace troupe::admin
