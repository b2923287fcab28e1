#include "actors/session/protocol/inflight_window.hpp"

#include <cassert>
#include <new>
#include <utility>

namespace troupe::session {

inflight_window::inflight_window(inflight_window&& other) noexcept : body_{std::exchange(other.body_, nullptr)} {}

inflight_window& inflight_window::operator=(inflight_window&& other) noexcept {
  std::swap(body_, other.body_);
  return *this;
}

inflight_window::~inflight_window() {
  if (!body_) return;
  for (std::uint16_t id = 1; id <= body_->capacity && id != 0; ++id) at(id).~slot();
  ::operator delete(body_);
}

std::uint16_t inflight_window::size() const noexcept { return body_ ? body_->size : std::uint16_t{0}; }
std::uint16_t inflight_window::capacity() const noexcept { return body_ ? body_->capacity : std::uint16_t{0}; }
std::uint16_t inflight_window::open() const noexcept { return body_ ? body_->open : std::uint16_t{0}; }
std::uint16_t inflight_window::resend() const noexcept { return body_ ? body_->resend : std::uint16_t{0}; }
std::uint16_t inflight_window::first() const noexcept { return body_ ? body_->first : std::uint16_t{0}; }
std::uint16_t inflight_window::after(std::uint16_t packet_id) const noexcept { return at(packet_id).next; }

inflight_window::slot& inflight_window::at(std::uint16_t packet_id) const noexcept {
  assert(body_ && packet_id != 0 && packet_id <= body_->capacity);
  return reinterpret_cast<slot*>(body_ + 1)[packet_id - 1];
}

const inflight_window::slot* inflight_window::find(std::uint16_t packet_id) const noexcept {
  if (packet_id == 0 || packet_id > capacity()) return nullptr;
  const auto& found = at(packet_id);
  return found.state == state::free ? nullptr : &found;
}

inflight_window::ids::ids(const inflight_window& of, std::uint16_t freed) noexcept
  : of_{of},
    free_{of.body_ ? of.body_->free_first : std::uint16_t{0}},
    freed_{freed},
    capacity_{of.capacity()} {}

std::uint16_t inflight_window::ids::next() noexcept {
  if (free_ != 0) return std::exchange(free_, of_.at(free_).next);
  if (freed_ != 0) return std::exchange(freed_, std::uint16_t{0});
  return ++capacity_;
}

inflight_window inflight_window::larger(std::uint16_t capacity) const {
  static_assert(sizeof(header) % alignof(slot) == 0);
  inflight_window result;
  auto* memory = ::operator new (sizeof(header) + std::size_t{capacity} * sizeof(slot));
  result.body_ = ::new (memory) header{};
  auto* slots = reinterpret_cast<slot*>(result.body_ + 1);
  for (std::uint16_t i = 0; i < capacity; ++i) ::new (static_cast<void*>(slots + i)) slot{};
  result.body_->capacity = capacity;
  return result;
}

void inflight_window::adopt(inflight_window prepared) noexcept {
  auto old = capacity();
  assert(prepared.capacity() >= old);
  if (body_) {
    auto grown = prepared.body_->capacity;
    *prepared.body_ = *body_;
    prepared.body_->capacity = grown;
  }
  for (std::uint16_t id = 1; id <= old; ++id) prepared.at(id) = std::move(at(id));
  std::swap(body_, prepared.body_);
  for (std::uint32_t id = old + 1u; id <= body_->capacity; ++id)
    append(body_->free_first, body_->free_last, static_cast<std::uint16_t>(id));
}

void inflight_window::append(std::uint16_t& first, std::uint16_t& last, std::uint16_t packet_id) noexcept {
  at(packet_id).previous = last;
  at(packet_id).next = 0;
  (last == 0 ? first : at(last).next) = packet_id;
  last = packet_id;
}

void inflight_window::unlink(std::uint16_t& first, std::uint16_t& last, std::uint16_t packet_id) noexcept {
  auto [previous, next] = std::pair{at(packet_id).previous, at(packet_id).next};
  (previous == 0 ? first : at(previous).next) = next;
  (next == 0 ? last : at(next).previous) = previous;
}

void inflight_window::add(std::uint16_t packet_id, delivery what) noexcept {
  auto& into = at(packet_id);
  assert(into.state == state::free);
  unlink(body_->free_first, body_->free_last, packet_id);
  append(body_->first, body_->last, packet_id);
  into.what = std::move(what);
  into.state = state::sent;
  into.on_link = true;
  ++body_->size;
  ++body_->open;
}

publication_ptr inflight_window::release(std::uint16_t packet_id) noexcept {
  at(packet_id).state = state::released;
  return std::exchange(at(packet_id).what.body, nullptr);
}

delivery inflight_window::remove(std::uint16_t packet_id) noexcept {
  auto& gone = at(packet_id);
  assert(gone.state != state::free);
  if (gone.on_link) --body_->open;
  if (body_->resend == packet_id) body_->resend = gone.next;
  unlink(body_->first, body_->last, packet_id);
  append(body_->free_first, body_->free_last, packet_id);
  gone.state = state::free;
  gone.on_link = false;
  --body_->size;
  return std::exchange(gone.what, delivery{});
}

void inflight_window::sent_again(std::uint16_t packet_id) noexcept {
  if (std::exchange(at(packet_id).on_link, true)) return;
  ++body_->open;
}

void inflight_window::resend_from(std::uint16_t packet_id) noexcept {
  if (body_) body_->resend = packet_id;
}

void inflight_window::link_lost() noexcept {
  if (!body_) return;
  for (auto id = body_->first; id != 0; id = at(id).next) at(id).on_link = false;
  body_->open = 0;
  body_->resend = 0;
}

}  // namespace troupe::session
