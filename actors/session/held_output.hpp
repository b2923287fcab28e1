#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "transport/link.hpp"
#include "transport/mqtt/codec.hpp"

namespace troupe::actors {

/// What a durable session says to its client and may not say yet: it leaves, in its order, when the store has what it
/// speaks of.
class held_output {
public:
  bool empty() const noexcept { return parts_.empty(); }
  std::size_t bytes() const noexcept { return bytes_; }
  /// The batch of the loop that the first of it waits for. Precondition: not empty.
  std::uint64_t next() const noexcept { return parts_.front().until; }
  /// The one that the last of it waits for; 0: there is nothing.
  std::uint64_t until() const noexcept { return parts_.empty() ? 0 : parts_.back().until; }

  void add(const mqtt::outbox& what, std::uint64_t until) {
    if (parts_.empty() || parts_.back().until != until) parts_.push_back({until, {}});
    parts_.back().what.append(what);
    bytes_ += what.size();
  }
  /// Sends what waits for batches up to that one.
  void release(std::uint64_t committed, transport::link& to) {
    for (; !parts_.empty() && parts_.front().until <= committed; parts_.pop_front()) {
      bytes_ -= parts_.front().what.size();
      to.send(parts_.front().what);
    }
  }
  void clear() noexcept {
    parts_.clear();
    bytes_ = 0;
  }

private:
  struct part {
    std::uint64_t until;
    mqtt::outbox what;
  };
  std::deque<part> parts_;
  std::size_t bytes_ = 0;
};

}  // namespace troupe::actors
