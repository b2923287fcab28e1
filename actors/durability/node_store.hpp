#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

#include "actors/durability/retained_order.hpp"
#include "config/options.hpp"
#include "persistence/store.hpp"

namespace troupe::actors {

/// The store of a node and what all loops share of it: numbers that are never given away twice, and whether there is
/// room. Thread-safe. It must be closed, or destroyed, before those who ask it.
class node_store {
public:
  /// Takes numbers for this run of the node. Throws std::runtime_error when the store cannot be read or written.
  explicit node_store(std::unique_ptr<persistence::store> on);

  persistence::store& operator*() const noexcept { return *store_; }
  persistence::store* operator->() const noexcept { return store_.get(); }

  std::uint64_t take_session() noexcept { return next_session_.fetch_add(1, std::memory_order_relaxed); }
  /// So many message ids; returns the first.
  std::uint64_t take_messages(std::uint64_t count) noexcept {
    return next_message_.fetch_add(count, std::memory_order_relaxed);
  }
  /// Every session of an earlier run of the node has a number below this one.
  std::uint64_t first_session() const noexcept { return first_session_; }
  /// Every sequence that an earlier run of the node gave to an entry of a queue is below this one.
  std::uint64_t first_sequence() const noexcept { return first_message_; }

  actors::retained_order& retained_order() noexcept { return retained_order_; }

  /// Nothing new can be made durable at present: the disk is full, or failed.
  bool full() const noexcept { return full_.load(std::memory_order_relaxed); }
  /// What became of a commit: the alarm goes on and off by it, with a line in the log.
  void note(const persistence::result& commit);

  /// Ends what was requested; nothing may be requested any more.
  void close() noexcept { store_ = nullptr; }

private:
  std::unique_ptr<persistence::store> store_;
  std::uint64_t first_session_ = 1;
  std::uint64_t first_message_ = 1;
  std::atomic<std::uint64_t> next_session_{1};
  std::atomic<std::uint64_t> next_message_{1};
  std::atomic<bool> full_{false};
  actors::retained_order retained_order_;
};

/// The store that the options name; what was found damaged is in the log. Throws std::runtime_error.
std::unique_ptr<persistence::store> open_store(const config::persistence_options& from);

}  // namespace troupe::actors
