#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace troupe {

/// Base of objects that several loops share: an atomic count, starting at 1.
class ref_counted {
public:
  ref_counted() noexcept = default;
  ref_counted(const ref_counted&) = delete;
  ref_counted& operator=(const ref_counted&) = delete;

  void ref() const noexcept { count_.fetch_add(1, std::memory_order_relaxed); }
  /// Returns true when the last reference is gone and the caller must destroy the object.
  bool deref() const noexcept { return count_.fetch_sub(1, std::memory_order_acq_rel) == 1; }
  bool unique() const noexcept { return count_.load(std::memory_order_acquire) == 1; }

protected:
  ~ref_counted() = default;

private:
  mutable std::atomic<std::uint32_t> count_{1};
};

/// Owning pointer to a ref_counted object, one word wide. T has `static void destroy(const T*) noexcept`.
template <class T>
class ref_ptr {
public:
  ref_ptr() noexcept = default;
  ref_ptr(std::nullptr_t) noexcept {}
  ref_ptr(const ref_ptr& other) noexcept : object_{other.object_} {
    if (object_) object_->ref();
  }
  ref_ptr(ref_ptr&& other) noexcept : object_{std::exchange(other.object_, nullptr)} {}
  ref_ptr& operator=(ref_ptr other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~ref_ptr() {
    if (object_ && object_->deref()) T::destroy(object_);
  }

  /// Takes over a reference that the caller owns.
  static ref_ptr adopt(T* object) noexcept {
    ref_ptr result;
    result.object_ = object;
    return result;
  }

  T* get() const noexcept { return object_; }
  T& operator*() const noexcept { return *object_; }
  T* operator->() const noexcept { return object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }
  friend bool operator==(const ref_ptr&, const ref_ptr&) = default;

private:
  T* object_ = nullptr;
};

}  // namespace troupe
