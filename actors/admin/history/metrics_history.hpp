#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::admin {

/// Some metrics over time, each point that many seconds after the one before it. What was not recorded is NaN.
struct metrics_excerpt {
  std::uint32_t step_seconds = 0;
  std::chrono::seconds from{};  ///< since 1970, of the first point
  std::vector<std::pair<std::string, std::vector<float>>> series;
};

/// What the charts of the console look back on: every second of the last hour, and the mean of every ten seconds of the
/// last day. 48,960 bytes a metric, taken at once: 3.1 MB for 64 of them. For one thread.
class metrics_history {
public:
  static constexpr std::size_t metrics_max = 64;
  static constexpr std::uint32_t seconds_kept = 3'600;
  static constexpr std::uint32_t coarse_step = 10;
  static constexpr std::uint32_t coarse_kept = 24 * 3'600 / coarse_step;

  /// Names beyond metrics_max are left out.
  explicit metrics_history(std::vector<std::string> names);

  /// The values at a second, in the order of the names; called about once in each. Of two for one second the later one
  /// counts; a clock that was set back by more than some seconds begins everything anew.
  void record(std::chrono::seconds now, std::span<const float> values);

  /// The last `minutes` (1 to 1,440) up to the newest second, in no more than `points_max` points each. Names that
  /// there are not are left out.
  metrics_excerpt read(std::span<const std::string_view> names, std::uint32_t minutes, std::size_t points_max) const;

  const std::vector<std::string>& names() const noexcept { return names_; }
  std::size_t bytes() const noexcept;

private:
  /// One ring of equal steps for all metrics.
  struct series {
    std::int64_t step;  ///< seconds
    std::int64_t slots;
    std::int64_t newest = -1;     ///< number of the step since 1970; -1: nothing is recorded
    std::vector<float> values{};  ///< of a slot side by side

    std::size_t row(std::int64_t number) const noexcept { return static_cast<std::size_t>(number % slots); }
  };

  void clear();
  void advance(series& of, std::int64_t number);
  void record_coarse(std::int64_t now);
  float mean(const series& of, std::size_t metric, std::int64_t first, std::int64_t count) const noexcept;
  std::optional<std::size_t> place_of(std::string_view name) const noexcept;

  std::vector<std::string> names_;
  series fine_{.step = 1, .slots = seconds_kept};
  series coarse_{.step = coarse_step, .slots = coarse_kept};
};

}  // namespace troupe::admin
