#include <cassert>
#include <utility>

#include "transport/mqtt/codec.hpp"

namespace troupe::mqtt {

void outbox::share(publication_ptr owner, bytes_view payload) {
  shared_.push_back({bytes_.size(), std::move(owner), payload});
  shared_bytes_ += payload.size();
}

void outbox::append(const outbox& more) {
  const auto behind = bytes_.size();
  bytes_.insert(bytes_.end(), more.bytes_.begin(), more.bytes_.end());
  shared_.reserve(shared_.size() + more.shared_.size());
  for (const auto& each : more.shared_) shared_.push_back({behind + each.offset, each.owner, each.payload});
  shared_bytes_ += more.shared_bytes_;
}

void outbox::clear() noexcept {
  bytes_.clear();
  shared_.clear();
  shared_bytes_ = 0;
}

void outbox::rewind(mark to) noexcept {
  assert(to.bytes <= bytes_.size() && to.shared <= shared_.size() && to.shared_bytes <= shared_bytes_);
  bytes_.resize(to.bytes);
  shared_.erase(shared_.begin() + static_cast<std::ptrdiff_t>(to.shared), shared_.end());
  shared_bytes_ = to.shared_bytes;
}

}  // namespace troupe::mqtt
