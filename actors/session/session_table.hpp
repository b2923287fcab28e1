#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "actors/session/session_seat.hpp"

namespace troupe::actors {

/// Asks the processor for the cache lines of an object.
inline void approach_object(const void* object, std::size_t size) noexcept {
  for (std::size_t offset = 0; offset < size; offset += 64)
    __builtin_prefetch(static_cast<const char*>(object) + offset);
}

/// The sessions of one loop by slot. A slot's generation changes with every use, so that an old session_ref finds
/// nobody.
class session_table {
public:
  explicit session_table(workplace& at) : at_{at} {}

  session_seat& open();
  /// Null when the session has ended, whoever has its slot now.
  session_seat* find(session_ref who) const noexcept;
  /// Asks for what find() and an input of each of these sessions will read, all of them at once: among a million
  /// sessions nothing of them is in a cache, and each is a chain of waits for memory.
  template <class Items, class RefOf>
  void approach(const Items& items, RefOf ref_of) const noexcept {
    for (const auto& each : items)
      if (auto slot = ref_of(each).slot; slot < places_.size()) __builtin_prefetch(&places_[slot]);
    for (const auto& each : items)
      if (const auto* seat = find(ref_of(each))) approach_object(seat, sizeof(session_seat));
    for (const auto& each : items)
      if (const auto* seat = find(ref_of(each))) seat->approach();
  }

  /// Takes the seat out; it is destroyed by collect(), when nobody is inside of it any more.
  void close(session_ref who);
  /// Ends all actors and forgets all sessions: the node stops.
  void clear() noexcept;
  /// Destroys what was closed. Called between turns.
  void collect() noexcept { closed_.clear(); }

  std::size_t size() const noexcept { return size_; }
  /// Slots, used or not: for walks over all sessions that go on in later turns.
  std::uint32_t slots() const noexcept { return static_cast<std::uint32_t>(places_.size()); }
  session_seat* at(std::uint32_t slot) const noexcept { return places_[slot].seat.get(); }

private:
  struct place {
    std::unique_ptr<session_seat> seat;
    std::uint32_t generation = 0;
  };

  workplace& at_;
  std::vector<place> places_;
  std::vector<std::uint32_t> free_;
  std::vector<std::unique_ptr<session_seat>> closed_;
  std::size_t size_ = 0;
};

}  // namespace troupe::actors
