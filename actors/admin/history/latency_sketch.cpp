#include "actors/admin/history/latency_sketch.hpp"

#include <algorithm>

namespace troupe::admin {

latency_sketch::slot& latency_sketch::slot_for(std::int64_t second) noexcept {
  auto& result = slots_[static_cast<std::size_t>(second) % slots_.size()];
  if (result.second.load(std::memory_order_relaxed) == second) return result;
  result.second.store(-1, std::memory_order_relaxed);
  for (auto& count : result.counts) count.store(0, std::memory_order_relaxed);
  result.second.store(second, std::memory_order_release);
  return result;
}

void latency_sketch::record(std::chrono::seconds now, std::chrono::nanoseconds took) noexcept {
  constexpr std::int64_t longest = (std::int64_t{1} << value_bits) - 1;
  const auto value = static_cast<std::uint64_t>(std::clamp<std::int64_t>(took.count(), 0, longest));
  auto& count = slot_for(now.count()).counts[bucket_of(value)];
  count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

// A slot that is emptied while it is added up was about to leave the ten seconds anyway.
void latency_sketch::add_to(totals& sums, std::int64_t now) const noexcept {
  for (const auto& each : slots_) {
    const auto second = each.second.load(std::memory_order_acquire);
    if (second < 0 || second > now || second <= now - seconds_kept) continue;
    for (std::size_t i = 0; i < buckets; ++i) sums[i] += each.counts[i].load(std::memory_order_relaxed);
  }
}

void latency_sketch::add_second(std::int64_t second, octaves& to) const noexcept {
  if (second < 0) return;
  const auto& kept = slots_[static_cast<std::size_t>(second) % slots_.size()];
  if (kept.second.load(std::memory_order_acquire) != second) return;
  for (std::size_t i = 0; i < buckets; ++i) {
    const auto count = kept.counts[i].load(std::memory_order_relaxed);
    // Of 2^k nanoseconds and more, all buckets of one octave are side by side; below 16 each value has its own.
    const auto octave = i < fractions ? static_cast<std::size_t>(std::bit_width(i)) : i / fractions + fraction_bits;
    to.counts[octave] += count;
    to.nanoseconds += count * middle_of(i);
  }
}

latency_figures latency_sketch::figures(std::span<const latency_sketch* const> of, std::chrono::seconds now) {
  totals sums{};
  for (const auto* each : of) each->add_to(sums, now.count());
  latency_figures result;
  for (const auto count : sums) result.count += count;
  if (result.count == 0) return result;
  const auto quantile = [&](std::uint64_t percent) {
    const auto rank = std::max<std::uint64_t>((result.count * percent + 99) / 100, 1);
    std::uint64_t passed = 0;
    for (std::size_t i = 0; i < buckets; ++i)
      if ((passed += sums[i]) >= rank) return middle_of(i) / 1000;
    return 0.0;
  };
  result.p50 = quantile(50);
  result.p95 = quantile(95);
  result.p99 = quantile(99);
  return result;
}

}  // namespace troupe::admin
