#include "actors/runtime/actor_tree.hpp"

#include <numeric>

#include <caf/actor_cast.hpp>

namespace troupe::runtime {

actor_tree::entry& actor_tree::at(const std::string& path, actor_state state, time_point now) {
  auto& found = actors_[path];
  found.status.path = path;
  found.status.state = state;
  found.status.last_change = now;
  return found;
}

void actor_tree::started(const std::string& path, const caf::actor& handle, time_point now) {
  auto again = false;
  {
    std::lock_guard guard{mutex_};
    const auto before = actors_.find(path);
    again = before != actors_.end() && before->second.status.state == actor_state::restarting;
    auto& started = at(path, actor_state::running, now);
    if (again) ++started.status.restarts;
    started.handle = handle ? caf::actor_cast<caf::actor_addr>(handle) : caf::actor_addr{};
    started.status.id = handle ? handle->id() : 0;
  }
  tell(again ? tree_event::restarted : tree_event::started, path);
}

void actor_tree::failed(const std::string& path, std::string error, time_point now) {
  {
    std::lock_guard guard{mutex_};
    auto& failures = at(path, actor_state::restarting, now).status.failures;
    if (failures.size() == failures_max) failures.erase(failures.begin());
    failures.push_back({now, error});
  }
  tell(tree_event::failed, path, error);
}

void actor_tree::stopped(const std::string& path, time_point now) {
  {
    std::lock_guard guard{mutex_};
    at(path, actor_state::stopped, now);
  }
  tell(tree_event::stopped, path);
}

caf::actor actor_tree::find(const std::string& path) const {
  std::lock_guard guard{mutex_};
  const auto found = actors_.find(path);
  if (found == actors_.end() || found->second.status.state != actor_state::running) return nullptr;
  return caf::actor_cast<caf::actor>(found->second.handle);
}

std::vector<actor_status> actor_tree::snapshot() const {
  std::lock_guard guard{mutex_};
  std::vector<actor_status> result;
  result.reserve(actors_.size());
  for (const auto& [path, each] : actors_) result.push_back(each.status);
  return result;
}

std::uint64_t actor_tree::restarts() const {
  std::lock_guard guard{mutex_};
  return std::accumulate(actors_.begin(), actors_.end(), session_restarts_.load(std::memory_order_relaxed),
                         [](std::uint64_t sum, const auto& each) { return sum + each.second.status.restarts; });
}

}  // namespace troupe::runtime
