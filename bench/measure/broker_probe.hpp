#pragma once

#include <cstdint>
#include <vector>

namespace troupe::bench {

/// What the processes of the broker have used, together.
struct broker_sample {
  std::uint64_t cpu_ns = 0;  ///< user and system, since they began; to a hundredth of a second
  std::uint64_t resident_bytes = 0;
  bool complete = true;  ///< all of them are there
};

broker_sample probe(const std::vector<int>& pids);

/// Bytes per connection: the slope of resident memory over connections, by least squares over what was seen while they
/// came. Nothing is needed of the memory before.
class memory_slope {
public:
  void add(double connections, double resident_bytes) noexcept;
  /// 0 while there are fewer than two points.
  double bytes_per_connection() const noexcept;

private:
  double n_ = 0, x_ = 0, y_ = 0, xx_ = 0, xy_ = 0;
};

}  // namespace troupe::bench
