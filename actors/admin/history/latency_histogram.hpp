#pragma once

#include <chrono>
#include <cstdint>
#include <span>

#include "actors/admin/history/latency_sketch.hpp"

namespace troupe::admin {

/// How long things took since the node started, added up from the seconds that sketches keep: what only ever grows, as
/// those who compute rates want it, without anything more on the threads that record. Of one thread.
class latency_histogram {
public:
  /// What has been added up so far, by powers of two.
  using octaves = latency_sketch::octaves;

  /// Adds every second that is over, `now` being the clock that the sketches are recorded with. To be called at least
  /// every `seconds_kept - seconds_late`: what is older is lost. The same sketches each time.
  void take(std::span<const latency_sketch* const> of, std::chrono::seconds now);

  const octaves& totals() const noexcept { return totals_; }

private:
  /// A second is over when nobody records in it any more: a loop's time is that of its turn, which may be some late.
  static constexpr std::int64_t seconds_late = 2;

  octaves totals_;
  std::int64_t taken_ = -1;  ///< the latest second; -1: none yet
};

}  // namespace troupe::admin
