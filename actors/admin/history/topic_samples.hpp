#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::admin {

/// Which topics are published to, and how often, as an operator asks for any part of the tree: the names of at most 256
/// publications of each of the last ten seconds, drawn evenly from all of that second (a reservoir). Below that many a
/// second every publication is there and the rate is exact; above, each stands for as many as it was drawn from. Not a
/// list of the most published topics: what that has thrown away is missing from every sum over a subtree, while an even
/// sample is right on average wherever one looks.
///
/// It works while somebody looked within the last minute. Before that it costs one question, is_watched(), and after
/// that, too. Belongs to its loop, at most 1.4 MB of it.
class topic_samples {
public:
  using clock = std::chrono::steady_clock;

  bool is_watched() const noexcept { return watched_; }
  /// Somebody looks: from now on, for a minute, it has to be told of publications.
  void watch(clock::time_point now);
  /// Ends the watch when nobody looked for a minute. Of longer names only the levels that fit in 512 bytes are kept.
  void saw(std::string_view topic, clock::time_point now);

  /// Whole seconds that visit() tells of, at most 10; 0: it is too early for a rate.
  std::int64_t seconds(clock::time_point now) const noexcept;
  /// Calls `f(topic, publications a second)` for the samples from `at` on, in no order, no more than `count_max`; a
  /// topic may come many times, and its rate is their sum. True at the end. `at` begins with 0.
  bool visit(std::uint32_t& at, std::size_t count_max, clock::time_point now,
             const std::function<void(std::string_view, double)>& f) const;

private:
  static constexpr std::int64_t seconds_kept = 10;
  static constexpr std::uint32_t samples_max = 256;  ///< of a second
  static constexpr std::size_t topic_bytes_kept = 512;
  static constexpr auto watch_time = std::chrono::minutes{1};

  struct second {
    std::int64_t number = -1;
    std::uint64_t seen = 0;
    std::vector<std::string> topics;
  };

  std::uint64_t draw() noexcept;
  static std::int64_t second_of(clock::time_point at) noexcept;

  bool watched_ = false;
  clock::time_point until_;
  std::int64_t first_ = 0;                      ///< the first second that was watched from its beginning
  std::array<second, seconds_kept + 1> slots_;  // one more: that which is not over
  std::uint64_t random_ = 0x9E3779B97F4A7C15;
};

}  // namespace troupe::admin
