#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace troupe::admin {

/// What the HTTP server takes on at most. Nothing that a peer can cause grows without one of these.
struct server_options {
  std::size_t connections_max = 64;            ///< on TCP; the next is answered with 503 and closed
  std::size_t unix_connections_max = 16;       ///< apart, so that a crowd on the port does not lock the operator out
  std::size_t streams_max = 32;                ///< of the connections on both; the next is answered with 503
  std::uint32_t header_bytes_max = 16 * 1024;  ///< 431
  std::size_t body_bytes_max = 1024 * 1024;    ///< 413
  std::size_t stranger_body_bytes_max = 8 * 1024;   ///< of who is not logged in, and logs in: 413
  std::size_t body_depth_max = 16;                  ///< of the JSON in it: 400
  std::size_t stream_queue_bytes_max = 256 * 1024;  ///< waiting for a slow reader, which is then closed with 1008

  std::chrono::milliseconds header_time_max{10'000};  ///< from a connection's or request's first byte: 408
  std::chrono::milliseconds body_time_max{10'000};    ///< 408
  std::chrono::milliseconds answer_time_max{30'000};  ///< that a handler has: 504
  std::chrono::milliseconds write_time_max{60'000};   ///< that a peer has to take an answer; then it is cut
  std::chrono::milliseconds idle_time_max{60'000};    ///< between two requests
  std::chrono::milliseconds close_time_max{1'000};    ///< that a peer has to read the last answer, and to close
  std::chrono::milliseconds stop_time_max{2'000};     ///< that requests have to end after stop()
  std::chrono::milliseconds ping_interval{30'000};    ///< on streams; a peer silent for two of them is gone

  /// What a Host field may name on a listener on loopback, besides localhost and loopback addresses.
  std::vector<std::string> host_names = {};
};

/// What happened since the start, but for those that end in `open`.
struct server_counters {
  std::uint64_t connections_open = 0;
  std::uint64_t connections_accepted = 0;
  std::uint64_t connections_turned_away = 0;  ///< above the limit
  std::uint64_t requests = 0;                 ///< whose header was read
  std::uint64_t requests_refused = 0;         ///< answered with 4xx, by whomever
  std::uint64_t requests_too_slow = 0;        ///< header or body
  std::uint64_t requests_failed = 0;          ///< by an exception in a handler, or its forgetting to answer
  std::uint64_t requests_unanswered = 0;      ///< in time
  std::uint64_t streams_open = 0;
  std::uint64_t streams_too_slow = 0;  ///< closed for that
};

}  // namespace troupe::admin
