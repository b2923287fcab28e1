#include "bench/load/workbench.hpp"

#include <algorithm>

namespace troupe::bench {

namespace {

/// Neither all alike, which compresses to nothing, nor random, which does not at all.
std::vector<std::byte> filled_payload(std::size_t size) {
  std::vector<std::byte> result(size);
  std::uint32_t state = 0x2545'F491;
  for (auto& each : result) {
    state = state * 1'664'525 + 1'013'904'223;
    each = static_cast<std::byte>('a' + (state >> 24) % 16);
  }
  return result;
}

}  // namespace

workbench::workbench(const plan& from, std::uint32_t first_client, std::uint32_t clients_here, int epoll_set,
                     int patient_epoll_set)
  : what{from},
    first{first_client},
    first_subscriber{from.subscribers_before(first_client)},
    epoll{epoll_set},
    patient_epoll{patient_epoll_set},
    clients(clients_here),
    input(input_bytes),
    output{from.version, 0x9E37'79B9 ^ (from.run + first_client)},
    payload{filled_payload(from.payload_bytes)} {
  pace.rate = from.rate;
  pace.limit = from.limit;
  pace.publishers = std::max(1u, from.publishers());
  const auto subscribers = from.subscribers_before(first_client + clients_here) - first_subscriber;
  if (from.closed_circle()) of_fast.ledger = bench::ledger{subscribers, from.shape.publishers};
  if (from.closed_circle() && from.slow_share > 0) of_slow.ledger = bench::ledger{subscribers, from.shape.publishers};
  const auto whole_groups = first % from.shape.size() == 0 && clients_here % from.shape.size() == 0;
  end_to_end_ = from.closed_circle() && from.qos == troupe::qos::at_most_once && from.rate == 0 &&
                from.slow_share == 0 && whole_groups;
}

void workbench::note(std::string_view what_happened) noexcept {
  if (trouble[0] != '\0') return;
  const auto size = std::min(what_happened.size(), trouble.size() - 1);
  std::copy_n(what_happened.begin(), size, trouble.begin());
}

void workbench::credit(std::uint32_t ordinal) {
  const auto who = what.publisher(ordinal) - first;
  if (who >= clients.size()) return;
  clients[who].credit(static_cast<std::uint16_t>(what.copies()));
  if (to_pump.empty() || to_pump.back() != who) to_pump.push_back(who);
}

}  // namespace troupe::bench
