#include "actors/durability/store_desk.hpp"

#include <iterator>

#include "actors/handles.hpp"

namespace troupe::actors {

void store_desk::commit(persistence::batch what, answer then) {
  store_.commit(std::move(what), *this, note(std::move(then)));
}

void store_desk::read(persistence::table where, std::string_view key, answer then) {
  store_.read(where, key, *this, note(std::move(then)));
}

void store_desk::scan(persistence::range what, answer then) {
  store_.scan(std::move(what), *this, note(std::move(then)));
}

std::uint64_t store_desk::note(answer then) {
  under_way_.emplace(++last_ticket_, std::move(then));
  return last_ticket_;
}

// One message to the loop for all that comes before it is read.
void store_desk::ended(std::span<persistence::result> results) noexcept {
  bool first = false;
  {
    const std::lock_guard guard{mutex_};
    first = come_.empty();
    come_.insert(come_.end(), std::move_iterator{results.begin()}, std::move_iterator{results.end()});
  }
  if (first) office_.send(loop_, runtime::role::store, store_answered{});
}

void store_desk::take_answers() {
  {
    const std::lock_guard guard{mutex_};
    std::swap(taken_, come_);
  }
  for (auto& each : taken_) {
    auto found = under_way_.extract(each.ticket);
    if (found) found.mapped()(each);
  }
  taken_.clear();
}

}  // namespace troupe::actors
