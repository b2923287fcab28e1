#include "actors/session/protocol/delivery_queue.hpp"

#include <utility>

namespace troupe::session {

std::uint32_t delivery_queue::find_qos0(std::uint32_t position) const noexcept {
  if (position < qos0_from_) position = qos0_from_;
  while (position < end() && (!at(position).body || at(position).qos != qos::at_most_once)) ++position;
  return position;
}

delivery_queue::storage delivery_queue::larger() const {
  return storage::with_capacity(size_ + std::clamp<std::uint32_t>(size_, 4, 4096));
}

void delivery_queue::adopt(storage prepared) noexcept {
  for (std::uint32_t i = 0; i < entries_.size(); ++i)
    if (entries_[i].body) prepared.push_back(std::move(entries_[i]));
  entries_ = std::move(prepared);
  qos0_from_ = 0;
}

void delivery_queue::push(delivery what) noexcept {
  ++size_;
  if (what.qos == qos::at_most_once) ++qos0_;
  bytes_ += what.body->memory();
  entries_.push_back(std::move(what));
}

delivery delivery_queue::pop() noexcept {
  trim();
  auto front = entries_.pop_front();
  if (qos0_from_ > 0) --qos0_from_;
  forget(front);
  trim();
  entries_.relax();
  return front;
}

void delivery_queue::drop_qos0() noexcept {
  qos0_from_ = find_qos0(0);
  forget(std::exchange(entries_[qos0_from_], delivery{}));
  trim();
  entries_.relax();
}

void delivery_queue::forget(const delivery& gone) noexcept {
  --size_;
  if (gone.qos == qos::at_most_once) --qos0_;
  bytes_ -= gone.body->memory();
}

/// Gaps at the front go at once, so that front positions stand for deliveries.
void delivery_queue::trim() noexcept {
  while (!entries_.empty() && !entries_[0].body) {
    entries_.pop_front();
    if (qos0_from_ > 0) --qos0_from_;
  }
}

}  // namespace troupe::session
