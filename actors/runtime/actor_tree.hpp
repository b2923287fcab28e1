#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <caf/actor.hpp>
#include <caf/actor_addr.hpp>

#include "routing/publication.hpp"

namespace troupe::runtime {

enum class actor_state : std::uint8_t { running, restarting, stopped };

/// An actor ended and its supervisor did not mean it to.
struct failure {
  time_point at;
  std::string cause;
};

/// What an operator may know of one supervised actor. `path` is its place in the tree, "root/loop 0/shard".
struct actor_status {
  std::string path;
  actor_state state = actor_state::stopped;
  std::uint64_t restarts = 0;
  std::vector<failure> failures;  ///< the latest ones, the last one at the end
  time_point last_change;
  caf::actor_id id = 0;  ///< of the actor that runs, or ran last

  std::string last_error() const { return failures.empty() ? std::string{} : failures.back().cause; }
};

enum class tree_event : std::uint8_t { started, failed, restarted, stopped };

/// The named actors of a node as they live: written by supervisors, read by whoever shows the tree. Sessions are not in
/// it: each loop's session table knows its own, and only their restarts are counted here. Thread-safe.
class actor_tree {
public:
  /// Failures of one actor that are remembered.
  static constexpr std::size_t failures_max = 16;

  void started(const std::string& path, const caf::actor& handle, time_point now);
  void failed(const std::string& path, std::string error, time_point now);
  void stopped(const std::string& path, time_point now);
  void session_restarted() noexcept { session_restarts_.fetch_add(1, std::memory_order_relaxed); }

  /// Called with each change, on the thread of the actor's supervisor. Set before the first actor starts.
  void on_event(std::function<void(tree_event, const std::string& path, const std::string& cause)> tell) {
    tell_ = std::move(tell);
  }

  /// The actor that runs at this path at the moment; null: none.
  caf::actor find(const std::string& path) const;
  std::vector<actor_status> snapshot() const;
  /// Restarts of every actor since the node started, sessions included.
  std::uint64_t restarts() const;
  std::uint64_t session_restarts() const noexcept { return session_restarts_.load(std::memory_order_relaxed); }

private:
  struct entry {
    actor_status status;
    caf::actor_addr handle;  ///< does not keep it alive
  };

  entry& at(const std::string& path, actor_state state, time_point now);
  void tell(tree_event what, const std::string& path, const std::string& cause = {}) const {
    if (tell_) tell_(what, path, cause);
  }

  mutable std::mutex mutex_;
  std::map<std::string, entry> actors_;
  std::function<void(tree_event, const std::string&, const std::string&)> tell_;
  std::atomic<std::uint64_t> session_restarts_ = 0;
};

}  // namespace troupe::runtime
