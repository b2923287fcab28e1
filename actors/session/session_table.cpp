#include "actors/session/session_table.hpp"

#include "actors/workplace.hpp"

namespace troupe::actors {

session_ref session_table::ref_of(std::uint32_t slot) const noexcept {
  session_ref result;
  result.slot = slot;
  result.generation = places_[slot].generation;
  result.loop = at_.loop.index() & 0xFF;
  return result;
}

session_ref session_table::take_place() {
  if (free_.empty()) {
    free_.push_back(slots());
    places_.emplace_back();
  }
  auto index = free_.back();
  auto& chosen = places_[index];
  chosen.generation = (chosen.generation + 1) & 0xFF'FFFF;
  if (chosen.generation == 0) chosen.generation = 1;
  free_.pop_back();
  ++size_;
  at_.counters.sessions.add();
  return ref_of(index);
}

session_seat& session_table::open(shared_text client_id) {
  auto self = take_place();
  places_[self.slot].hold(std::make_unique<session_seat>(at_, self, std::move(client_id)));
  return *places_[self.slot].seat();
}

std::pair<session_ref, dormant_session*> session_table::open_dormant() {
  auto self = take_place();
  places_[self.slot].hold(std::make_unique<dormant_session>());
  ++asleep_;
  return {self, places_[self.slot].dormant()};
}

dormant_session* session_table::find_dormant(session_ref who) const noexcept {
  if (who.slot >= places_.size() || places_[who.slot].generation != who.generation) return nullptr;
  return places_[who.slot].dormant();
}

void session_table::put_to_sleep(session_ref who, std::unique_ptr<dormant_session> as) {
  auto& slot = places_[who.slot];
  closed_.push_back(slot.take_seat());
  slot.hold(std::move(as));
  ++asleep_;
}

session_seat& session_table::wake_up(session_ref who) {
  auto& slot = places_[who.slot];
  slot.hold(std::make_unique<session_seat>(at_, who));
  --asleep_;
  return *slot.seat();
}

session_seat* session_table::find(session_ref who) const noexcept {
  if (who.slot >= places_.size() || places_[who.slot].generation != who.generation) return nullptr;
  return places_[who.slot].seat();
}

void session_table::clear() noexcept {
  closed_.clear();
  places_.clear();
  free_.clear();
  size_ = 0;
  asleep_ = 0;
}

void session_table::close(session_ref who) {
  if (!find(who) && !find_dormant(who)) return;
  if (places_[who.slot].dormant()) --asleep_;
  closed_.push_back(places_[who.slot].take_seat());
  places_[who.slot].clear();
  free_.push_back(who.slot);
  --size_;
}

}  // namespace troupe::actors
