#pragma once

#include <cstdint>
#include <numeric>

#include "routing/publication.hpp"

namespace troupe::bench::inproc {

/// Who publishes when, and to whom. Sessions lie on loops in blocks. A loop's publishers take turns in strides of about
/// the golden ratio, and receivers are another permutation: no message finds its sessions in a cache because of the
/// order alone, and about (loops - 1) / loops of all messages cross from one loop to another.
class plan {
public:
  plan(std::uint64_t sessions, std::uint32_t loops, std::uint64_t rate)
    : sessions_{sessions},
      loops_{loops},
      rate_{rate},
      receiver_stride_{coprime(sessions, 0.3819660113)} {}

  std::uint64_t sessions() const noexcept { return sessions_; }
  std::uint64_t first_of(std::uint32_t loop) const noexcept { return sessions_ * loop / loops_; }
  std::uint64_t count_of(std::uint32_t loop) const noexcept { return first_of(loop + 1) - first_of(loop); }

  std::uint64_t receiver_of(std::uint64_t publisher) const noexcept {
    return (publisher * receiver_stride_ + 1) % sessions_;
  }
  static std::uint64_t publisher_stride(std::uint64_t count) noexcept { return coprime(count, 0.6180339887); }
  /// When a loop's n-th publication is due, counted from the start.
  std::chrono::nanoseconds due(std::uint32_t loop, std::uint64_t number) const noexcept {
    return std::chrono::nanoseconds{
      static_cast<std::int64_t>(static_cast<double>(number * loops_ + loop) * 1e9 / static_cast<double>(rate_))};
  }

private:
  static std::uint64_t coprime(std::uint64_t to, double share) noexcept {
    auto result = static_cast<std::uint64_t>(static_cast<double>(to) * share) | 1;
    while (std::gcd(result, to) != 1) result += 2;
    return result;
  }

  std::uint64_t sessions_;
  std::uint32_t loops_;
  std::uint64_t rate_;
  std::uint64_t receiver_stride_;
};

}  // namespace troupe::bench::inproc
