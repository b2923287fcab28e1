#include "actors/admin/history/latency_histogram.hpp"

#include <algorithm>

namespace troupe::admin {

void latency_histogram::take(std::span<const latency_sketch* const> of, std::chrono::seconds now) {
  const auto last = now.count() - seconds_late;
  const auto first = std::max(taken_ + 1, now.count() - latency_sketch::seconds_kept + 1);
  for (auto second = first; second <= last; ++second)
    for (const auto* each : of) each->add_second(second, totals_);
  taken_ = std::max(taken_, last);
}

}  // namespace troupe::admin
