#pragma once

#include <cstdint>
#include <string_view>

#include "routing/subscription.hpp"

namespace troupe::session {

/// The subscriptions of one session, by filter. One word while empty, one small allocation for the first; a hash table
/// with open addressing, so that the hundred-thousandth costs what the first did.
///
/// Like ring, it never grows by itself: larger() is prepared, adopt() does not throw.
class subscriptions {
public:
  subscriptions() noexcept = default;
  subscriptions(subscriptions&& other) noexcept;
  subscriptions& operator=(subscriptions&& other) noexcept;
  ~subscriptions();

  std::uint32_t size() const noexcept;
  bool empty() const noexcept { return size() == 0; }
  bool allocated() const noexcept { return body_ != nullptr; }
  bool room(std::uint32_t more) const noexcept;
  const subscription* find(std::string_view filter) const noexcept;

  template <class F>
  void for_each(F&& visit) const {
    for (std::uint32_t i = 0; i < capacity(); ++i)
      if (!entries()[i].filter.empty()) visit(static_cast<const subscription&>(entries()[i]));
  }

  subscriptions larger(std::uint32_t more) const;
  void adopt(subscriptions prepared) noexcept;

  /// Replaces what has the same filter. Precondition: the filter is not empty; room(1), or it is there already.
  void put(subscription what) noexcept;
  void erase(std::string_view filter) noexcept;

private:
  struct header {
    std::uint32_t capacity, size;
  };

  std::uint32_t capacity() const noexcept { return body_ ? body_->capacity : 0; }
  subscription* entries() const noexcept { return reinterpret_cast<subscription*>(body_ + 1); }
  std::uint32_t home(std::string_view filter) const noexcept;
  /// Where `filter` is, or the gap where it belongs; capacity() if there is neither.
  std::uint32_t locate(std::string_view filter) const noexcept;
  void close_gap(std::uint32_t gap) noexcept;

  header* body_ = nullptr;
};

}  // namespace troupe::session
