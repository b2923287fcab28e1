#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string_view>

#include "bench/inproc/options.hpp"
#include "bench/measure/histogram.hpp"

/// Sessions by the million in one process: the node's codec, handshakes, registry, sessions, shards and deliveries on
/// links in memory, whose clients live on the same loops.
namespace troupe::bench::inproc {

struct result {
  inproc::options options;
  std::uint32_t loops = 0;

  std::uint64_t connected = 0;
  std::uint64_t subscribed = 0;
  double connect_seconds = 0;
  double connect_cpu_seconds = 0;

  // Resident bytes of the process.
  std::uint64_t resident_empty = 0;      ///< the node runs, the bench has no clients yet
  std::uint64_t resident_clients = 0;    ///< and the bench has its links and clients, all touched
  std::uint64_t resident_connected = 0;  ///< all connected and subscribed
  std::uint64_t resident_loaded = 0;     ///< after the load
  std::uint64_t heap_connected = 0;  ///< bytes that malloc had given out when all were connected, overheads included
  std::uint64_t heap_loaded = 0;     ///< likewise, after the load
  double bench_bytes_per_session() const noexcept { return per_session(resident_empty, resident_clients); }
  double connected_bytes_per_session() const noexcept { return per_session(resident_clients, resident_connected); }
  double loaded_bytes_per_session() const noexcept { return per_session(resident_clients, resident_loaded); }

  // The measured part.
  double seconds = 0;
  std::uint64_t messages = 0;        ///< that reached their receivers in it
  double cpu_seconds = 0;            ///< of the process
  double system_cpu_seconds = 0;     ///< of it, in the kernel: waking up, and being woken by the other loop
  double own_cpu_seconds = 0;        ///< of it, in the clients' own code
  std::uint64_t ticks = 0;           ///< wake-ups by the clients' timer
  double tick_cpu_microseconds = 0;  ///< of one that finds nothing to do
  double cpu_microseconds() const noexcept { return per_message(cpu_seconds); }
  double system_microseconds() const noexcept { return per_message(system_cpu_seconds); }
  double own_microseconds() const noexcept { return per_message(own_cpu_seconds); }
  double tick_microseconds() const noexcept {
    return per_message(static_cast<double>(ticks) * tick_cpu_microseconds / 1e6);
  }
  /// What is the node's: neither in the clients' code nor in their waking up.
  double node_microseconds() const noexcept { return cpu_microseconds() - own_microseconds() - tick_microseconds(); }
  histogram latency;  ///< from the instant a message was due, in nanoseconds

  // From the first publication to the last, warming up included.
  std::uint64_t published = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t received = 0;
  std::uint64_t lost = 0;
  std::uint64_t duplicate = 0;
  std::uint64_t reordered = 0;
  std::uint64_t foreign = 0;
  std::uint64_t refused = 0;
  std::uint64_t closed = 0;  ///< links that the node closed

  /// Everybody was there, and every message came once and in order.
  bool clean() const noexcept;

private:
  double per_session(std::uint64_t from, std::uint64_t to) const noexcept;
  double per_message(double cpu) const noexcept;
};

/// Runs it; `say` hears a line about each step. Throws std::runtime_error when sessions cannot be connected.
result run(const options& what, const std::function<void(std::string_view)>& say);

void print_table(const result& of, std::ostream& to);
void print_json(const result& of, std::ostream& to);

}  // namespace troupe::bench::inproc
