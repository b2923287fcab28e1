#include "config/nearest.hpp"

#include <algorithm>
#include <numeric>

namespace troupe::config {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Three rows of the usual matrix: the one being filled and the two before it, for swaps.
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = a[i - 1] == b[j - 1];
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::string nearest(std::string_view name, const std::vector<std::string>& candidates) {
  const bool without_section = name.find('.') == std::string_view::npos;
  std::string best;
  auto best_distance = static_cast<std::size_t>(-1);
  for (const auto& candidate : candidates) {
    auto distance = edit_distance(name, candidate);
    // One more than its own distance, so that a whole name wins over a last part that is as near.
    if (without_section)
      distance = std::min(distance, edit_distance(name, candidate.substr(candidate.rfind('.') + 1)) + 1);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace troupe::config
