#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "actors/durability/dormant_session.hpp"
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

  /// `client_id`: the text that others have already.
  session_seat& open(shared_text client_id = {});
  /// Null when the session has ended, whoever has its slot now, or is dormant.
  session_seat* find(session_ref who) const noexcept;

  /// A session that is only known by what a store has of it.
  std::pair<session_ref, dormant_session*> open_dormant();
  dormant_session* find_dormant(session_ref who) const noexcept;
  /// Takes the seat out, as close() does; the session stays. Precondition: find(who).
  void put_to_sleep(session_ref who, std::unique_ptr<dormant_session> as);
  /// Gives it a seat again, which is empty. Precondition: find_dormant(who).
  session_seat& wake_up(session_ref who);
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
  /// Of these, the dormant ones.
  std::size_t asleep() const noexcept { return asleep_; }
  /// Slots, used or not: for walks over all sessions that go on in later turns.
  std::uint32_t slots() const noexcept { return static_cast<std::uint32_t>(places_.size()); }
  session_seat* at(std::uint32_t slot) const noexcept { return places_[slot].seat(); }
  /// The dormant session in a slot; null: it holds none.
  std::pair<session_ref, dormant_session*> dormant_at(std::uint32_t slot) const noexcept {
    return {ref_of(slot), places_[slot].dormant()};
  }
  /// Calls f(session_ref, dormant_session&) for each.
  template <class F>
  void for_each_dormant(F f) const {
    for (std::uint32_t slot = 0; slot < places_.size(); ++slot)
      if (auto* found = places_[slot].dormant()) f(ref_of(slot), *found);
  }

private:
  /// What a slot holds: a seat, a dormant session, or nothing.
  class place {
  public:
    place() noexcept = default;
    place(place&& other) noexcept
      : generation{other.generation},
        dormant_{other.dormant_},
        body_{std::exchange(other.body_, nullptr)} {}
    place& operator=(place&&) = delete;
    ~place() { clear(); }

    session_seat* seat() const noexcept { return dormant_ ? nullptr : static_cast<session_seat*>(body_); }
    dormant_session* dormant() const noexcept { return dormant_ ? static_cast<dormant_session*>(body_) : nullptr; }
    void hold(std::unique_ptr<session_seat> what) noexcept {
      clear();
      body_ = what.release();
    }
    void hold(std::unique_ptr<dormant_session> what) noexcept {
      clear();
      body_ = what.release();
      dormant_ = 1;
    }
    std::unique_ptr<session_seat> take_seat() noexcept {
      return std::unique_ptr<session_seat>{dormant_ ? nullptr
                                                    : static_cast<session_seat*>(std::exchange(body_, nullptr))};
    }
    void clear() noexcept {
      take_seat();
      delete dormant();
      body_ = nullptr;
      dormant_ = 0;
    }

    std::uint32_t generation : 24 = 0;

  private:
    std::uint32_t dormant_ : 8 = 0;
    void* body_ = nullptr;
  };
  static_assert(sizeof(place) == 16);

  session_ref take_place();
  session_ref ref_of(std::uint32_t slot) const noexcept;

  workplace& at_;
  std::vector<place> places_;
  std::vector<std::uint32_t> free_;
  std::vector<std::unique_ptr<session_seat>> closed_;
  std::size_t size_ = 0;
  std::size_t asleep_ = 0;
};

}  // namespace troupe::actors
