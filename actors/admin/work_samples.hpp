#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "transport/work_mark.hpp"

namespace troupe::admin {

/// Of one loop: for whom it worked, as parts of one processor's time.
struct work_shares {
  using whom = transport::work_mark::whom;

  std::unordered_map<whom, double> of;
  double all = 0;
  double sessions = 0;  ///< and links

  double of_mark(whom who) const noexcept {
    const auto found = of.find(who);
    return found == of.end() ? 0.0 : found->second;
  }
};

/// What was seen of the loops at the latest looks, and who has taken how much of a processor by that. A share is off by
/// about its square root divided by 40: 0.5 +- 0.02, 0.01 +- 0.003. Memory: 16 KB a loop and no more, however many
/// sessions there are, since a look remembers one of them.
class work_samples {
public:
  using clock = std::chrono::steady_clock;

  static constexpr std::size_t looks_max = 2000;  ///< ten seconds of them
  static constexpr std::size_t looks_min = 40;    ///< fewer say nothing

  explicit work_samples(std::size_t loops) : loops_{loops} {}

  /// `marks`: of each loop, whom it works for at this moment. `processor_time`: what the threads of all loops have
  /// taken so far. A thread that was taken off its processor goes on to be marked; by this one knows.
  void look(clock::time_point now, std::chrono::nanoseconds processor_time,
            std::span<const transport::work_mark::whom> marks);
  void forget();
  std::size_t looks() const noexcept { return looks_.size(); }

  /// By loop; null: there were too few looks. Made anew when a look has come since the last call.
  std::shared_ptr<const std::vector<work_shares>> shares() const;

private:
  struct moment {
    clock::time_point at;
    std::chrono::nanoseconds processor_time;
  };

  /// What the marks are to be multiplied by: waiting for a processor is not using one.
  double running_part(std::size_t marked) const noexcept;

  std::size_t loops_;
  std::size_t next_ = 0;  ///< in looks_, once it is full: the oldest
  std::vector<moment> looks_;
  std::vector<transport::work_mark::whom> marks_;  ///< of each look, by loop
  mutable std::shared_ptr<const std::vector<work_shares>> made_;
};

}  // namespace troupe::admin
