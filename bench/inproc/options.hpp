#pragma once

#include <chrono>
#include <cstdint>

namespace troupe::bench::inproc {

/// What is measured. Every session subscribes to a topic of its own; all publish in turn, each to one other's topic.
struct options {
  std::uint64_t sessions = 100'000;
  std::uint64_t rate = 100'000;         ///< QoS 1 messages a second, all sessions together
  std::chrono::seconds duration{60};    ///< of the measured part
  std::chrono::seconds warm_up{0};      ///< before it; 0: until every session has published once, 2 s at the least
  std::uint32_t payload_bytes = 256;    ///< at least 16
  std::uint32_t loops = 0;              ///< 0: one per core
  std::chrono::microseconds tick{100};  ///< how often the clients look whether a message is due, when nothing else is
  std::uint16_t keep_alive = 3600;      ///< seconds; none comes due, but each session has its timer
  std::chrono::seconds patience{30};    ///< after the last publication, for what is under way
};

}  // namespace troupe::bench::inproc
