#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "routing/publication.hpp"

namespace troupe::runtime {

enum class actor_state : std::uint8_t { running, restarting, stopped };

/// What an operator may know of one supervised actor. `path` is its place in the tree, "root/loop 0/shard".
struct actor_status {
  std::string path;
  actor_state state = actor_state::stopped;
  std::uint64_t restarts = 0;
  std::string last_error;
  time_point last_change;
};

/// The named actors of a node as they live: written by supervisors, read by whoever shows the tree. Sessions are not in
/// it: each loop's session table knows its own, and only their restarts are counted here. Thread-safe.
class actor_tree {
public:
  void started(const std::string& path, time_point now);
  void failed(const std::string& path, std::string error, time_point now);
  void stopped(const std::string& path, time_point now);
  void session_restarted() noexcept { session_restarts_.fetch_add(1, std::memory_order_relaxed); }

  std::vector<actor_status> snapshot() const;
  /// Restarts of every actor since the node started, sessions included.
  std::uint64_t restarts() const;

private:
  mutable std::mutex mutex_;
  std::map<std::string, actor_status> actors_;
  std::atomic<std::uint64_t> session_restarts_ = 0;
};

}  // namespace troupe::runtime
