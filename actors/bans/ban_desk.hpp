#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "actors/bans/ban_set.hpp"
#include "transport/address.hpp"

namespace troupe::actors {

/// Where every loop asks, for each connection, whether it is banned. One relaxed load while nobody is. Thread-safe.
class ban_desk {
public:
  /// From now on these are in force.
  void publish(std::shared_ptr<const ban_set> next);
  std::shared_ptr<const ban_set> set() const;
  bool any() const noexcept { return any_.load(std::memory_order_acquire); }

  /// The ban that keeps out this client, as far as it is known; null: it may come. An empty user name is none.
  ban_ptr objection(std::string_view client_id, std::string_view user, const transport::peer_address& from) const;
  /// The same for an address alone.
  ban_ptr objection(const transport::peer_address& from) const;

  /// Counts a connection that this ban has kept out.
  void count(const standing_ban& by) const noexcept;
  /// Connections that were refused by a ban since the node started.
  std::uint64_t refused() const noexcept { return refused_.load(std::memory_order_relaxed); }

private:
  std::atomic<bool> any_{false};
  mutable std::atomic<std::uint64_t> refused_{0};
  mutable std::mutex mutex_;
  std::shared_ptr<const ban_set> set_ = std::make_shared<ban_set>();
};

/// Milliseconds since 1970, which bans are told in.
std::int64_t ban_clock() noexcept;

}  // namespace troupe::actors
