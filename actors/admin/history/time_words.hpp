#pragma once

#include <chrono>
#include <string>

#include "actors/admin/history/event.hpp"

namespace troupe::admin {

/// How times are written for somebody who reads them at `now`, in a zone that is so far ahead of UTC.
struct reading_clock {
  since_1970 now{};
  std::chrono::minutes ahead_of_utc{};

  /// "14:02:11", with the day before it where that is not today: "2026-11-23 14:02:11".
  std::string operator()(since_1970 at) const;
  /// The same with its zone, "14:02:11 UTC+1".
  std::string with_zone(since_1970 at) const;
};

/// "90 s", "5 min", "1 h 30 min", "3 days": up to two minutes in seconds, then in what a person would say.
std::string duration_words(std::chrono::seconds how_long);

}  // namespace troupe::admin
