#include "actors/admin/history/metrics_history.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace troupe::admin {

namespace {

constexpr float unknown = std::numeric_limits<float>::quiet_NaN();
/// A clock that is mended by so little keeps its history.
constexpr std::int64_t seconds_back_max = 10;

}  // namespace

metrics_history::metrics_history(std::vector<std::string> names) : names_{std::move(names)} {
  if (names_.size() > metrics_max) names_.resize(metrics_max);
  for (auto* each : {&fine_, &coarse_}) each->values.resize(static_cast<std::size_t>(each->slots) * names_.size());
  clear();
}

void metrics_history::clear() {
  for (auto* each : {&fine_, &coarse_}) {
    each->newest = -1;
    std::ranges::fill(each->values, unknown);
  }
}

std::size_t metrics_history::bytes() const noexcept {
  return (fine_.values.capacity() + coarse_.values.capacity()) * sizeof(float);
}

// -- recording ------------------------------------------------------------------------------------------------------

void metrics_history::record(std::chrono::seconds now, std::span<const float> values) {
  const std::int64_t second = now.count();
  if (second < fine_.newest - seconds_back_max) clear();
  if (second < fine_.newest) return;
  advance(fine_, second);
  const auto row = fine_.row(second) * names_.size();
  for (std::size_t i = 0; i < std::min(values.size(), names_.size()); ++i) fine_.values[row + i] = values[i];
  record_coarse(second);
}

/// Makes `number` the newest step; those that were passed over are unknown.
void metrics_history::advance(series& of, std::int64_t number) {
  const auto first = of.newest < 0 ? number : std::max(of.newest + 1, number - of.slots + 1);
  for (auto each = first; each <= number; ++each)
    std::fill_n(of.values.begin() + static_cast<std::ptrdiff_t>(of.row(each) * names_.size()), names_.size(), unknown);
  of.newest = number;
}

// The step that is not over yet has the mean of what there is of it.
void metrics_history::record_coarse(std::int64_t now) {
  const auto number = now / coarse_.step;
  if (number != coarse_.newest) advance(coarse_, number);
  const auto row = coarse_.row(number) * names_.size();
  const auto first = number * coarse_.step;
  for (std::size_t i = 0; i < names_.size(); ++i) coarse_.values[row + i] = mean(fine_, i, first, now - first + 1);
}

// -- reading --------------------------------------------------------------------------------------------------------

/// Of what is known of `count` steps from `first` on, which is still kept.
float metrics_history::mean(const series& of, std::size_t metric, std::int64_t first,
                            std::int64_t count) const noexcept {
  double sum = 0;
  int known = 0;
  for (auto each = first; each < first + count && each <= of.newest; ++each) {
    const auto value = of.values[of.row(each) * names_.size() + metric];
    if (std::isnan(value)) continue;
    sum += static_cast<double>(value);
    ++known;
  }
  return known == 0 ? unknown : static_cast<float>(sum / known);
}

std::optional<std::size_t> metrics_history::place_of(std::string_view name) const noexcept {
  const auto at = std::ranges::find(names_, name);
  if (at == names_.end()) return std::nullopt;
  return static_cast<std::size_t>(at - names_.begin());
}

// Points stand at multiples of their step, so that a chart that is drawn again does not flicker.
metrics_excerpt metrics_history::read(std::span<const std::string_view> names, std::uint32_t minutes,
                                      std::size_t points_max) const {
  const auto seconds = std::int64_t{std::clamp<std::uint32_t>(minutes, 1, 24 * 60)} * 60;
  const auto& from = seconds <= seconds_kept ? fine_ : coarse_;
  const auto steps = seconds / from.step;
  const auto most = static_cast<std::int64_t>(std::clamp<std::size_t>(points_max, 1, seconds_kept + coarse_kept));
  const auto together = (steps + most - 1) / most;  // steps that make one point
  const auto points = steps / together;
  metrics_excerpt result{.step_seconds = static_cast<std::uint32_t>(from.step * together), .from = {}, .series = {}};
  const auto last = from.newest < 0 ? -1 : from.newest / together;
  const auto first = std::max<std::int64_t>(last - points + 1, 0);
  result.from = std::chrono::seconds{first * together * from.step};
  for (const auto name : names) {
    const auto place = place_of(name);
    if (!place || result.series.size() == metrics_max) continue;
    auto& values = result.series.emplace_back(name, std::vector<float>{}).second;
    values.reserve(static_cast<std::size_t>(points));
    for (auto each = first; each <= last; ++each) values.push_back(mean(from, *place, each * together, together));
  }
  return result;
}

}  // namespace troupe::admin
