#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace troupe {

/// Objects of one type in large pieces of memory, named by 32-bit numbers, at addresses that don't change. A place that
/// is free holds a T{}; so T{} must own nothing.
template <class T>
class slab {
public:
  /// Makes sure that the next add() does not throw.
  void reserve() {
    if (!free_.empty() || next_ < capacity()) return;
    auto wanted = capacity() + piece_size;
    // Room for all of them, so that remove() never allocates.
    if (free_.capacity() < wanted) free_.reserve(std::max<std::size_t>(wanted, free_.capacity() * 2));
    pieces_.push_back(std::make_unique<T[]>(piece_size));
  }

  /// Precondition: reserve().
  std::uint32_t add() noexcept {
    if (free_.empty()) return next_++;
    auto number = free_.back();
    free_.pop_back();
    return number;
  }

  void remove(std::uint32_t number) noexcept {
    (*this)[number] = T{};
    free_.push_back(number);
  }

  T& operator[](std::uint32_t number) noexcept { return pieces_[number / piece_size][number % piece_size]; }
  const T& operator[](std::uint32_t number) const noexcept { return pieces_[number / piece_size][number % piece_size]; }

  /// Numbers given out so far, in use or free: for walks over all places.
  std::uint32_t places() const noexcept { return next_; }

private:
  static constexpr std::uint32_t piece_size = 256;

  std::size_t capacity() const noexcept { return pieces_.size() * piece_size; }

  std::vector<std::unique_ptr<T[]>> pieces_;
  std::vector<std::uint32_t> free_;
  std::uint32_t next_ = 0;
};

}  // namespace troupe
