#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "actors/admin/history/latency_histogram.hpp"
#include "actors/admin/history/metrics_history.hpp"
#include "actors/admin/node_view.hpp"

namespace troupe::admin {

/// The sums of all loops' counters at one time.
struct node_totals {
  std::uint64_t sessions = 0, connected = 0, connections_accepted = 0, connections_refused = 0;
  std::uint64_t received = 0, sent = 0, bytes_received = 0, bytes_sent = 0, protocol_errors = 0;
  std::array<std::uint64_t, static_cast<std::size_t>(session::drop_reason::count_of_reasons)> dropped{};
};

/// Each second looks at what the loops count, and remembers it for a day. Of the admin's thread.
class sampler {
public:
  /// A second of what goes on; rates are of the second before.
  struct second {
    node_totals totals;
    struct {
      double received = 0, sent = 0, bytes_received = 0, bytes_sent = 0, connects = 0, disconnects = 0;
    } rates;
    std::vector<double> busy_share;  ///< by loop: the part of a second that its thread had a processor
  };

  explicit sampler(const node_view& node);

  /// To be called each second.
  void sample();

  const second& latest() const noexcept { return latest_; }
  const metrics_history& history() const noexcept { return history_; }
  node_totals totals() const;
  /// Of all loops, over the last ten seconds.
  latency_figures latency() const;
  /// Of all loops, since the node started but for the last two seconds.
  const latency_histogram::octaves& latencies() const noexcept { return latencies_.totals(); }
  std::uint64_t started_at() const noexcept { return started_at_; }
  static std::uint64_t now_ms();

private:
  std::vector<const latency_sketch*> sketches() const;

  const node_view& node_;
  std::uint64_t started_at_;
  second latest_;
  std::chrono::steady_clock::time_point sampled_;
  std::vector<std::chrono::nanoseconds> processor_time_;
  metrics_history history_;
  latency_histogram latencies_;
};

}  // namespace troupe::admin
