#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace troupe::actors {

/// Keeps what is retained in the store in the order of the shards. A shard sees the publications of several loops one
/// after the other, but these loops commit them, and the later one may do it first: what is older than what the store
/// was given already is left out. Only the latest topics are remembered, more than can be under way. Thread-safe.
class retained_order {
public:
  /// To be held from the first question to the request of the commit that the answers are for.
  std::unique_lock<std::mutex> lock() { return std::unique_lock{mutex_}; }

  /// Whether the store is to get this change of the topic. Precondition: the lock is held.
  bool take(std::string_view topic, std::uint64_t number) {
    const auto key = std::hash<std::string_view>{}(topic);
    if (const auto older = before_.find(key); older != before_.end() && older->second > number) return false;
    auto& latest = latest_[key];
    if (latest > number) return false;
    latest = number;
    if (latest_.size() >= remembered) before_ = std::exchange(latest_, {});
    return true;
  }

private:
  static constexpr std::size_t remembered = 16'384;

  std::mutex mutex_;
  std::unordered_map<std::size_t, std::uint64_t> latest_, before_;  ///< number by hash of the topic
};

}  // namespace troupe::actors
