#include "actors/session/session_table.hpp"

#include "actors/workplace.hpp"

namespace troupe::actors {

session_seat& session_table::open() {
  if (free_.empty()) {
    free_.push_back(slots());
    places_.emplace_back();
  }
  auto index = free_.back();
  auto& chosen = places_[index];
  chosen.generation = (chosen.generation + 1) & 0xFF'FFFF;
  if (chosen.generation == 0) chosen.generation = 1;
  session_ref self;
  self.slot = index;
  self.generation = chosen.generation & 0xFF'FFFF;
  self.loop = at_.loop.index() & 0xFF;
  chosen.seat = std::make_unique<session_seat>(at_, self);
  free_.pop_back();
  ++size_;
  at_.counters.sessions.add();
  return *chosen.seat;
}

session_seat* session_table::find(session_ref who) const noexcept {
  if (who.slot >= places_.size() || places_[who.slot].generation != who.generation) return nullptr;
  return places_[who.slot].seat.get();
}

void session_table::clear() noexcept {
  closed_.clear();
  places_.clear();
  free_.clear();
  size_ = 0;
}

void session_table::close(session_ref who) {
  if (!find(who)) return;
  closed_.push_back(std::move(places_[who.slot].seat));
  free_.push_back(who.slot);
  --size_;
}

}  // namespace troupe::actors
