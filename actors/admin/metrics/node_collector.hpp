#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include "actors/admin/metrics/node_figures.hpp"

namespace troupe::admin {

/// The figures of one scrape under the names that Prometheus wants: `troupe_` before all but those of the process, base
/// units (seconds, bytes), `_total` behind what only grows. The number of series depends on loops, listeners and what
/// the program is made of, never on clients.
class node_collector final : public prometheus::Collectable {
public:
  explicit node_collector(node_figures of) : of_{std::move(of)} {}

  std::vector<prometheus::MetricFamily> Collect() const override;

private:
  node_figures of_;
};

/// What a scrape is answered with.
std::string exposition_of(const prometheus::Collectable& figures);
inline constexpr std::string_view exposition_type = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace troupe::admin
