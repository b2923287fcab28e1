#include "actors/runtime/actor_tree.hpp"

#include <numeric>

namespace troupe::runtime {

void actor_tree::started(const std::string& path, time_point now) {
  std::lock_guard guard{mutex_};
  auto& status = actors_[path];
  status.path = path;
  if (status.state == actor_state::restarting) ++status.restarts;
  status.state = actor_state::running;
  status.last_change = now;
}

void actor_tree::failed(const std::string& path, std::string error, time_point now) {
  std::lock_guard guard{mutex_};
  auto& status = actors_[path];
  status.path = path;
  status.state = actor_state::restarting;
  status.last_error = std::move(error);
  status.last_change = now;
}

void actor_tree::stopped(const std::string& path, time_point now) {
  std::lock_guard guard{mutex_};
  auto& status = actors_[path];
  status.path = path;
  status.state = actor_state::stopped;
  status.last_change = now;
}

std::vector<actor_status> actor_tree::snapshot() const {
  std::lock_guard guard{mutex_};
  std::vector<actor_status> result;
  result.reserve(actors_.size());
  for (const auto& [path, status] : actors_) result.push_back(status);
  return result;
}

std::uint64_t actor_tree::restarts() const {
  std::lock_guard guard{mutex_};
  return std::accumulate(actors_.begin(), actors_.end(), session_restarts_.load(std::memory_order_relaxed),
                         [](std::uint64_t sum, const auto& entry) { return sum + entry.second.restarts; });
}

}  // namespace troupe::runtime
