#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "bench/measure/histogram.hpp"
#include "bench/measure/ledger.hpp"

namespace troupe::bench {

/// What a worker has counted since it began; those of several workers add up.
struct counters {
  std::uint64_t ready = 0;         ///< connections that came all the way: CONNACK, and SUBACK where they subscribe
  std::uint64_t refused = 0;       ///< connections that did not
  std::uint64_t closed = 0;        ///< connections that were ready and ended without us
  std::uint64_t compressed = 0;    ///< of the ready: the broker agreed on compression
  std::uint64_t cut = 0;           ///< connections that we have cut
  std::uint64_t back = 0;          ///< of these clients: have a connection again
  std::uint64_t last_back_at = 0;  ///< when the last one came; of several workers the latest
  std::uint64_t cycles = 0;        ///< of churn: connected, CONNACK, DISCONNECT
  std::uint64_t published = 0;     ///< PUBLISH packets handed to the socket
  std::uint64_t aliased = 0;       ///< of these: with a topic alias instead of the topic
  std::uint64_t acknowledged = 0;  ///< of these with QoS 1 and 2: PUBACK, PUBCOMP
  std::uint64_t rejected = 0;      ///< of the acknowledged: with a reason code of 0x80 and above
  std::uint64_t sent_again = 0;    ///< PUBLISH and PUBREL of a session that went on
  std::uint64_t abandoned = 0;     ///< in flight, and the broker has forgotten the session
  std::uint64_t stray = 0;         ///< acknowledgements of nothing that was in flight
  std::uint64_t owed = 0;          ///< deliveries to subscribers of ours that are not slow, of stamped messages
  std::uint64_t received = 0;      ///< PUBLISH packets, whatever they are; without those of slow readers
  std::uint64_t slow_received = 0;
  std::uint64_t slow_closed = 0;  ///< slow readers whose connection ended without us
  std::uint64_t redelivered = 0;  ///< of the ledger's duplicates: with DUP set, as QoS 1 allows
  std::uint64_t bytes_out = 0, bytes_in = 0;
  std::uint64_t sends = 0, receives = 0, turns = 0;  ///< system calls
  std::uint64_t cpu_ns = 0;                          ///< user and system time of the worker
  std::uint64_t resident_bytes = 0;
  std::uint64_t resident_empty_bytes = 0;  ///< before there was room for any client
  ledger_counts ledger;
  ledger_counts slow;  ///< of slow readers

  counters& operator+=(const counters& other) noexcept;
};

/// What a worker tells its parent ten times a second, and, with the histograms behind it, when it ends.
struct report {
  std::uint64_t at = 0;    ///< when these counts were true, nanoseconds of CLOCK_MONOTONIC
  std::uint64_t tick = 0;  ///< tenths of a second since the start of sending; 0 before
  std::uint32_t final =
    0;  ///< 1: five histogram images follow: latency, latency of slow readers, acknowledging, connecting, returning
  counters count;
  std::array<char, 128> trouble{};  ///< why the first connection failed or was closed; empty while none was
};

inline counters& counters::operator+=(const counters& other) noexcept {
  ready += other.ready, refused += other.refused, closed += other.closed, compressed += other.compressed,
    cycles += other.cycles;
  slow_received += other.slow_received, slow_closed += other.slow_closed, slow += other.slow;
  cut += other.cut, back += other.back, last_back_at = std::max(last_back_at, other.last_back_at);
  sent_again += other.sent_again, abandoned += other.abandoned, redelivered += other.redelivered;
  published += other.published, aliased += other.aliased, acknowledged += other.acknowledged,
    rejected += other.rejected, stray += other.stray;
  owed += other.owed, received += other.received, bytes_out += other.bytes_out, bytes_in += other.bytes_in;
  sends += other.sends, receives += other.receives, turns += other.turns, cpu_ns += other.cpu_ns;
  resident_bytes += other.resident_bytes, resident_empty_bytes += other.resident_empty_bytes;
  ledger += other.ledger;
  return *this;
}

}  // namespace troupe::bench
