#include "transport/output_queue.hpp"

#include <algorithm>
#include <cstring>

namespace troupe::transport {

void output_queue::append(std::span<const std::byte> bytes, time_point now) {
  if (bytes.empty()) return;
  const bool fits = parts_.size() > first_ && !parts_.back().owner && parts_.back().own.size() < part_bytes_max;
  if (!fits) parts_.emplace_back().since = now;
  auto& own = parts_.back().own;
  own.insert(own.end(), bytes.begin(), bytes.end());
  bytes_ += bytes.size();
}

void output_queue::append(const publication_ptr& owner, std::span<const std::byte> payload, time_point now) {
  if (payload.empty()) return;
  parts_.push_back({{}, owner, payload, now});
  bytes_ += payload.size();
}

void output_queue::consume(std::size_t count) noexcept {
  bytes_ -= count;
  first_offset_ += count;
  while (first_ < parts_.size() && first_offset_ >= parts_[first_].view().size()) {
    first_offset_ -= parts_[first_].view().size();
    parts_[first_++] = {};
  }
  // Spent parts are thrown away in bulk, so that a long queue is not shifted for each.
  if (first_ > 32 && first_ > parts_.size() / 2) {
    parts_.erase(parts_.begin(), parts_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

std::size_t output_queue::gather(std::span<iovec> to) const noexcept {
  std::size_t filled = 0;
  for (auto i = first_; i < parts_.size() && filled < to.size(); ++i) {
    const auto view = parts_[i].view().subspan(i == first_ ? first_offset_ : 0);
    to[filled++] = {const_cast<std::byte*>(view.data()), view.size()};
  }
  return filled;
}

std::size_t output_queue::copy(std::span<std::byte> to) const noexcept {
  std::size_t copied = 0;
  for (auto i = first_; i < parts_.size() && copied < to.size(); ++i) {
    const auto view = parts_[i].view().subspan(i == first_ ? first_offset_ : 0);
    const auto size = std::min(view.size(), to.size() - copied);
    std::memcpy(to.data() + copied, view.data(), size);
    copied += size;
  }
  return copied;
}

}  // namespace troupe::transport
