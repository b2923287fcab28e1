#pragma once

#include <cstdint>

#include "actors/session/protocol/delivery.hpp"
#include "actors/session/protocol/ring.hpp"

namespace troupe::session {

/// Deliveries that wait for a link, for its window, or for room in its outbox; first in, first out. Its bytes are the
/// memory of its publications. A delivery dropped from the middle leaves a gap that pop skips and growth closes.
class delivery_queue {
public:
  using storage = ring<delivery>;

  std::uint32_t size() const noexcept { return size_; }
  std::uint32_t qos0() const noexcept { return qos0_; }
  std::uint64_t bytes() const noexcept { return bytes_; }
  bool empty() const noexcept { return size_ == 0; }

  /// Positions, gaps included; at() has no body at a gap.
  std::uint32_t end() const noexcept { return entries_.size(); }
  const delivery& at(std::uint32_t position) const noexcept { return entries_[position]; }
  /// Position of the oldest QoS 0 delivery from `position` on; end() if there is none.
  std::uint32_t find_qos0(std::uint32_t position) const noexcept;

  bool room() const noexcept { return entries_.room(1); }
  storage larger() const;
  void adopt(storage prepared) noexcept;

  void push(delivery what) noexcept;
  /// Precondition: not empty.
  delivery pop() noexcept;
  /// Drops the oldest QoS 0 delivery. Precondition: qos0() > 0.
  void drop_qos0() noexcept;

private:
  void forget(const delivery& gone) noexcept;
  void trim() noexcept;

  storage entries_;
  std::uint32_t size_ = 0;
  std::uint32_t qos0_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint32_t qos0_from_ = 0;  ///< no QoS 0 before this position
};

}  // namespace troupe::session
