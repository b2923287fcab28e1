#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include <boost/histogram.hpp>

namespace troupe::bench {

/// Durations in nanoseconds, counted in bins whose edges are 1 % apart, from 1 microsecond to 1,000 seconds; count,
/// sum, least and largest are exact. A percentile is the geometric middle of its bin: off by 0.5 % of its value at the
/// most. What is below or above that range is told as the least or largest seen.
class histogram {
public:
  static constexpr double relative_error = 0.005;
  static constexpr double bin_ratio = 1.01;
  static constexpr double lowest = 1e3, highest = 1e12;
  static constexpr std::size_t bins = 2083;  ///< log(highest / lowest) / log(bin_ratio), rounded up
  /// Everything a histogram knows, as plain memory that goes through a pipe.
  struct image {
    std::array<std::uint64_t, bins + 2> counts{};  ///< first and last: below and above the range
    std::uint64_t sum = 0, least = UINT64_MAX, largest = 0;
  };

  histogram()
    : counts_{boost::histogram::make_histogram_with(boost::histogram::dense_storage<std::uint64_t>{},
                                                    axis{bins, lowest, highest})} {}

  void add(std::uint64_t value) {
    counts_(static_cast<double>(value));
    sum_ += value;
    least_ = std::min(least_, value);
    largest_ = std::max(largest_, value);
  }
  void merge(const histogram& other) {
    counts_ += other.counts_;
    sum_ += other.sum_;
    least_ = std::min(least_, other.least_);
    largest_ = std::max(largest_, other.largest_);
  }

  std::uint64_t count() const {
    std::uint64_t result = 0;
    for (const auto each : counts_) result += each;
    return result;
  }
  std::uint64_t largest() const noexcept { return largest_; }
  double mean() const {
    const auto all = count();
    return all == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(all);
  }

  /// The value that `share` (0..1) of all do not exceed. 0 while there are none.
  double percentile(double share) const {
    const auto all = count();
    if (all == 0) return 0;
    const auto wanted =
      std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(all))));
    std::uint64_t seen = static_cast<std::uint64_t>(counts_.at(-1));
    if (seen >= wanted) return static_cast<double>(least_);
    for (int bin = 0; bin < static_cast<int>(bins); ++bin) {
      seen += static_cast<std::uint64_t>(counts_.at(bin));
      if (seen >= wanted) return within(middle(bin));
    }
    return static_cast<double>(largest_);
  }

  /// Calls fn(lower edge, upper edge, count) for every bin that is not empty.
  template <class Fn>
  void each_bin(Fn&& fn) const {
    for (int bin = 0; bin < static_cast<int>(bins); ++bin)
      if (const auto count = static_cast<std::uint64_t>(counts_.at(bin)); count != 0)
        fn(counts_.axis().value(bin), counts_.axis().value(bin + 1), count);
  }

  void save(image& to) const {
    for (int bin = -1; bin <= static_cast<int>(bins); ++bin)
      to.counts[static_cast<std::size_t>(bin + 1)] = static_cast<std::uint64_t>(counts_.at(bin));
    to.sum = sum_, to.least = least_, to.largest = largest_;
  }
  void load(const image& from) {
    for (int bin = -1; bin <= static_cast<int>(bins); ++bin)
      counts_.at(bin) = from.counts[static_cast<std::size_t>(bin + 1)];
    sum_ = from.sum, least_ = from.least, largest_ = from.largest;
  }

private:
  using axis = boost::histogram::axis::regular<double, boost::histogram::axis::transform::log>;

  double middle(int bin) const { return std::sqrt(counts_.axis().value(bin) * counts_.axis().value(bin + 1)); }
  double within(double value) const {
    return std::clamp(value, static_cast<double>(least_), static_cast<double>(largest_));
  }

  boost::histogram::histogram<std::tuple<axis>, boost::histogram::dense_storage<std::uint64_t>> counts_;
  std::uint64_t sum_ = 0, least_ = UINT64_MAX, largest_ = 0;
};

}  // namespace troupe::bench
