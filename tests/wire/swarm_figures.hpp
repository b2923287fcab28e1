#pragma once

#include <algorithm>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

/// What the swarm counts.
namespace swarm_figures {

struct figures {
  std::vector<std::uint32_t> trips;  // microseconds from PUBLISH to its delivery
  std::uint64_t published = 0, acknowledged = 0, delivered = 0;
};

struct totals {
  std::uint64_t closed = 0, doubled_qos1 = 0, doubled_qos2 = 0, late = 0, resent = 0, acknowledged_twice = 0;
};

/// What one message carries.
struct stamp {
  std::uint32_t from, number, phase;
  std::uint32_t qos;
  std::uint64_t sent_at;
};

inline void write(std::ostream& out, const figures& of) {
  auto sorted = of.trips;
  std::sort(sorted.begin(), sorted.end());
  auto at = [&](double part) {
    return sorted.empty() ? 0 : sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
  };
  out << "{\"published\":" << of.published << ",\"acknowledged\":" << of.acknowledged
      << ",\"delivered\":" << of.delivered << ",\"p50_us\":" << at(0.5) << ",\"p99_us\":" << at(0.99)
      << ",\"p999_us\":" << at(0.999) << ",\"max_us\":" << at(1.0) << "}";
}

inline void write(std::ostream& out, const totals& of) {
  out << "\"closed\":" << of.closed << ",\"doubled_qos1\":" << of.doubled_qos1
      << ",\"doubled_qos2\":" << of.doubled_qos2 << ",\"late\":" << of.late << ",\"resent\":" << of.resent
      << ",\"acknowledged_twice\":" << of.acknowledged_twice;
}

}  // namespace swarm_figures
