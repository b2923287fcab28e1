#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

namespace troupe::session {

/// A double-ended queue one word wide that allocates nothing while empty. It never grows by itself: who may throw
/// prepares larger(), who may not adopts it. T moves without throwing.
template <class T>
class ring {
public:
  ring() noexcept = default;
  ring(ring&& other) noexcept : body_{std::exchange(other.body_, nullptr)} {}
  ring& operator=(ring&& other) noexcept {
    std::swap(body_, other.body_);
    return *this;
  }
  ~ring() {
    clear();
    release();
  }

  std::uint32_t size() const noexcept { return body_ ? body_->size : 0; }
  std::uint32_t capacity() const noexcept { return body_ ? body_->capacity : 0; }
  bool empty() const noexcept { return size() == 0; }
  bool room(std::uint32_t more) const noexcept { return size() + more <= capacity(); }

  /// Precondition: index < size().
  T& operator[](std::uint32_t index) noexcept { return *at(index); }
  const T& operator[](std::uint32_t index) const noexcept { return *const_cast<ring*>(this)->at(index); }

  static ring with_capacity(std::uint32_t capacity) {
    ring result;
    result.allocate(std::max<std::uint32_t>(capacity, 1));
    return result;
  }
  /// An empty ring with room for all elements and one more: about double, so that growth is paid for once, but never
  /// thousands too many.
  ring larger() const { return with_capacity(size() + std::clamp<std::uint32_t>(size(), 2, 4096)); }
  /// Moves all elements into `prepared`, whose storage it keeps.
  void adopt(ring prepared) noexcept {
    assert(prepared.empty() && prepared.capacity() >= size());
    for (std::uint32_t i = 0; i < size(); ++i) prepared.push_back(std::move((*this)[i]));
    clear();
    std::swap(body_, prepared.body_);
  }

  /// Precondition: room(1).
  void push_back(T value) noexcept {
    assert(room(1));
    ::new (static_cast<void*>(slot(body_->size))) T{std::move(value)};
    ++body_->size;
  }
  /// Precondition: not empty.
  T pop_front() noexcept {
    auto* front = at(0);
    auto result = std::move(*front);
    front->~T();
    body_->head = body_->head + 1 == body_->capacity ? 0 : body_->head + 1;
    --body_->size;
    return result;
  }
  /// Takes one element out; those behind it move up. Precondition: index < size().
  void erase(std::uint32_t index) noexcept {
    for (; index > 0; --index) (*this)[index] = std::move((*this)[index - 1]);
    pop_front();
  }
  void clear() noexcept {
    while (!empty()) pop_front();
  }
  /// Gives the storage back. Precondition: empty.
  void release() noexcept {
    if (body_) ::operator delete(std::exchange(body_, nullptr));
  }
  /// Gives the storage back when it is empty and was grown by a burst.
  void relax() noexcept {
    if (body_ && body_->size == 0 && body_->capacity > 8) release();
  }

private:
  struct alignas(alignof(T) > 4 ? alignof(T) : 4) header {
    std::uint32_t capacity, head, size;
  };
  static_assert(alignof(T) <= alignof(std::max_align_t));

  T* slot(std::uint32_t index) noexcept {
    auto position = std::uint64_t{body_->head} + index;
    if (position >= body_->capacity) position -= body_->capacity;
    return reinterpret_cast<T*>(reinterpret_cast<char*>(body_) + sizeof(header)) + position;
  }
  T* at(std::uint32_t index) noexcept {
    assert(index < size());
    return std::launder(slot(index));
  }
  void allocate(std::uint32_t capacity) {
    auto* memory = ::operator new (sizeof(header) + std::size_t{capacity} * sizeof(T));
    body_ = ::new (memory) header{capacity, 0, 0};
  }

  header* body_ = nullptr;
};

}  // namespace troupe::session
