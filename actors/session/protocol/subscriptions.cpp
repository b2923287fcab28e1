#include "actors/session/protocol/subscriptions.hpp"

#include <bit>
#include <cassert>
#include <new>
#include <utility>

#include "routing/hash.hpp"

namespace troupe::session {

namespace {

/// Up to here a table is filled completely: looking through it costs less than the memory that gaps would take.
constexpr std::uint32_t dense = 8;

std::uint32_t capacity_for(std::uint32_t entries) {
  if (entries <= 1) return 1;
  auto wanted = entries <= dense ? entries : entries + entries / 3 + 1;
  return std::bit_ceil(wanted);
}

}  // namespace

subscriptions::subscriptions(subscriptions&& other) noexcept : body_{std::exchange(other.body_, nullptr)} {}

subscriptions& subscriptions::operator=(subscriptions&& other) noexcept {
  std::swap(body_, other.body_);
  return *this;
}

subscriptions::~subscriptions() {
  for (std::uint32_t i = 0; i < capacity(); ++i) entries()[i].~subscription();
  ::operator delete(body_);
}

std::uint32_t subscriptions::size() const noexcept { return body_ ? body_->size : 0; }

bool subscriptions::room(std::uint32_t more) const noexcept { return capacity_for(size() + more) <= capacity(); }

std::uint32_t subscriptions::home(std::string_view filter) const noexcept {
  // Only the client's own work depends on its filters, so that the seed need not be a secret.
  return static_cast<std::uint32_t>(hash_text(filter, 0)) & (capacity() - 1);
}

std::uint32_t subscriptions::locate(std::string_view filter) const noexcept {
  if (!body_) return 0;
  auto position = home(filter);
  for (std::uint32_t step = 0; step < capacity(); ++step) {
    const auto& here = entries()[position];
    if (here.filter.empty() || here.filter.view() == filter) return position;
    position = (position + 1) & (capacity() - 1);
  }
  return capacity();
}

const subscription* subscriptions::find(std::string_view filter) const noexcept {
  auto position = locate(filter);
  return position < capacity() && !entries()[position].filter.empty() ? &entries()[position] : nullptr;
}

subscriptions subscriptions::larger(std::uint32_t more) const {
  static_assert(sizeof(header) % alignof(subscription) == 0);
  auto capacity = capacity_for(size() + more);
  subscriptions result;
  auto* memory = ::operator new (sizeof(header) + std::size_t{capacity} * sizeof(subscription));
  result.body_ = ::new (memory) header{capacity, 0};
  for (std::uint32_t i = 0; i < capacity; ++i) ::new (static_cast<void*>(result.entries() + i)) subscription{};
  return result;
}

void subscriptions::adopt(subscriptions prepared) noexcept {
  for (std::uint32_t i = 0; i < capacity(); ++i)
    if (!entries()[i].filter.empty()) prepared.put(std::move(entries()[i]));
  std::swap(body_, prepared.body_);
}

void subscriptions::put(subscription what) noexcept {
  auto position = locate(what.filter);
  assert(position < capacity());
  auto& into = entries()[position];
  if (into.filter.empty()) ++body_->size;
  into = std::move(what);
}

void subscriptions::erase(std::string_view filter) noexcept {
  auto position = locate(filter);
  if (position >= capacity() || entries()[position].filter.empty()) return;
  entries()[position] = subscription{};
  --body_->size;
  close_gap(position);
  if (body_->size == 0) *this = subscriptions{};
}

/// Moves up what would not be found any more behind a gap.
void subscriptions::close_gap(std::uint32_t gap) noexcept {
  auto mask = capacity() - 1;
  auto position = gap;
  for (std::uint32_t step = 1; step < capacity(); ++step) {
    position = (position + 1) & mask;
    auto& here = entries()[position];
    if (here.filter.empty()) return;
    auto from_home = (position - home(here.filter)) & mask;
    if (from_home < ((position - gap) & mask)) continue;
    entries()[gap] = std::move(here);
    here = subscription{};
    gap = position;
  }
}

}  // namespace troupe::session
