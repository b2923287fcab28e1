#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "config/options.hpp"

namespace troupe::actors {

/// Whether the node is short of memory, time or descriptors, in which case it refuses new connections before anything
/// else. Judged about once a second; asked on every loop for every connection.
class health {
public:
  explicit health(const config::node_limits& limits) { follow(limits); }

  /// Judges by these from now on. On any thread.
  void follow(const config::node_limits& limits);

  struct measure {
    std::uint64_t resident_bytes = 0;
    std::chrono::nanoseconds longest_turn{};  ///< of any loop since the last measure
    std::uint64_t connections = 0;
  };
  /// Says why the node is overloaded when it has just become so, or that it no longer is: a line for the log.
  std::optional<std::string> judge(const measure& now);

  bool overloaded() const noexcept { return overloaded_.load(std::memory_order_relaxed); }
  std::uint64_t memory_high() const noexcept { return memory_high_.load(std::memory_order_relaxed); }
  std::uint64_t connections_max() const noexcept { return connections_max_.load(std::memory_order_relaxed); }

private:
  std::string reason(const measure& now) const;

  std::atomic<std::uint64_t> memory_high_ = 0;
  std::atomic<std::chrono::milliseconds> lag_high_{};
  std::atomic<std::uint64_t> connections_max_ = 0;
  std::atomic<bool> overloaded_ = false;
};

/// Resident memory of this process, in bytes; 0 where the system does not tell.
std::uint64_t resident_bytes();
/// Raises the soft limit of open files to the hard one and returns it.
std::uint64_t raise_descriptor_limit();

}  // namespace troupe::actors
