#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/load/plan.hpp"
#include "bench/load/worker.hpp"
#include "bench/measure/broker_probe.hpp"
#include "bench/measure/counters.hpp"

namespace troupe::bench {

/// Everything there was to see at one moment: the counts of all workers together, and the broker's.
struct sample {
  nanoseconds at = 0;
  counters count;
  broker_sample broker;
};

/// What a run came to.
struct outcome {
  std::vector<sample> series;     ///< one per second of sending, from its start (the first) to its end (the last)
  std::size_t measured_from = 0;  ///< in `series`: the end of the warm-up
  counters total;                 ///< all of the run, drained
  histogram latency, slow_latency, acknowledging, connecting, returning;
  nanoseconds storm_began = 0;  ///< 0: there was none
  broker_sample before;         ///< without any connection
  broker_sample connected;      ///< with all of them, before the first message
  double broker_bytes_per_connection = 0;
  double own_bytes_per_connection = 0;
  nanoseconds ramp = 0;       ///< from the first connection to the last
  std::uint64_t planned = 0;  ///< messages that should have been published; 0 where nobody can tell
  std::uint32_t processes = 1;
  std::string trouble;  ///< why the first connection failed; empty where none did
  bool ok = true;       ///< false: no connection came about, or a worker ended before its time
};

/// Where a run is, for whoever shows its progress.
struct progress {
  enum class phase : std::uint8_t { connecting, sending, draining };
  progress::phase phase = phase::connecting;
  nanoseconds since = 0, expected = 0;  ///< in this phase; expected 0: unknown
  sample now, before;                   ///< a second apart, about
};

/// How `clients` are cut into processes of at most `each_max`, whole groups where a group fits.
std::vector<share> cut(std::uint32_t clients, std::uint32_t group, std::uint32_t each_max, std::uint32_t processes);

/// Runs a plan in as many processes as it needs. Precondition: plan::to is resolved.
outcome carry_out(const plan& what, const std::function<void(const progress&)>& show);

}  // namespace troupe::bench
