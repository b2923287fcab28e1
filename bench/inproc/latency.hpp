#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <tuple>

#include <boost/histogram.hpp>

namespace troupe::bench::inproc {

/// Latencies from 1 microsecond to 100 seconds in 2,048 bins of a logarithmic axis: 0.9 % wide each. The maximum is
/// exact.
class latency {
public:
  using duration = std::chrono::nanoseconds;

  void add(duration seen) {
    counts_(std::max(1.0, static_cast<double>(seen.count()) / 1000));
    longest_ = std::max(longest_, seen);
  }
  void add(const latency& other) {
    counts_ += other.counts_;
    longest_ = std::max(longest_, other.longest_);
  }
  std::uint64_t count() const {
    std::uint64_t sum = 0;
    for (auto each : boost::histogram::indexed(counts_, boost::histogram::coverage::all)) sum += *each;
    return sum;
  }
  duration longest() const noexcept { return longest_; }
  /// Upper edge of the bin that holds this share of all latencies; zero if there are none.
  duration quantile(double share) const {
    const auto due = static_cast<std::uint64_t>(share * static_cast<double>(count()));
    std::uint64_t sum = 0;
    for (auto each : boost::histogram::indexed(counts_, boost::histogram::coverage::all)) {
      sum += *each;
      if (sum <= due) continue;
      // The last bin has no end.
      auto edge = std::min(static_cast<double>(longest_.count()), each.bin().upper() * 1000);
      return duration{static_cast<std::int64_t>(edge)};
    }
    return longest_;
  }

private:
  using axis = boost::histogram::axis::regular<double, boost::histogram::axis::transform::log>;
  using histogram = boost::histogram::histogram<std::tuple<axis>, boost::histogram::dense_storage<std::uint64_t>>;

  histogram counts_{axis{2048, 1.0, 1e8}};
  duration longest_{};
};

}  // namespace troupe::bench::inproc
