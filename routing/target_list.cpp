#include "routing/target_list.hpp"

#include <algorithm>
#include <utility>

namespace troupe {

target_list::run target_list::run::of_capacity(std::uint32_t capacity) {
  return {std::make_unique<target[]>(capacity), 0, capacity};
}

target* target_list::run::lower_bound(session_ref who) const noexcept {
  return std::lower_bound(begin(), end(), who, [](const target& a, session_ref b) { return a.session < b; });
}

target* target_list::run::find(session_ref who) const noexcept {
  auto* at = lower_bound(who);
  return at != end() && at->session == who ? at : nullptr;
}

/// Makes room for one more. Half as much again: with many rooms of a few members the slack counts.
void target_list::run::grow() {
  if (size < capacity) return;
  auto larger = of_capacity(std::min(std::max(capacity + capacity / 2, 4u), run_max));
  std::copy(begin(), end(), larger.begin());
  items = std::move(larger.items);
  capacity = larger.capacity;
}

/// Precondition: there is room.
void target_list::run::insert(const target& what) noexcept {
  auto* at = lower_bound(what.session);
  std::copy_backward(at, end(), end() + 1);
  *at = what;
  ++size;
}

void target_list::run::erase(target* at) noexcept {
  std::copy(at + 1, end(), at);
  --size;
}

/// Moves the upper half to a run of its own.
target_list::run target_list::run::split() {
  auto upper = of_capacity(run_max);
  auto* half = begin() + size / 2;
  std::copy(half, end(), upper.begin());
  upper.size = static_cast<std::uint32_t>(end() - half);
  size -= upper.size;
  return upper;
}

std::size_t target_list::size() const noexcept {
  std::size_t result = 0;
  for_each_run([&](std::span<const target> each) { result += each.size(); });
  return result;
}

bool target_list::insert(const target& what) {
  if (auto* one = std::get_if<target>(&body_)) return insert(*one, what);
  if (auto* single = std::get_if<run>(&body_)) return insert(*single, what);
  if (auto* many = std::get_if<many_runs>(&body_)) return insert(*many, what);
  body_ = what;
  return true;
}

bool target_list::insert(target& one, const target& what) {
  if (one.session == what.session) {
    one = what;
    return false;
  }
  auto both = run::of_capacity(2);
  both.insert(one);
  both.insert(what);
  body_ = std::move(both);
  return true;
}

bool target_list::insert(run& single, const target& what) {
  if (auto* old = single.find(what.session)) {
    *old = what;
    return false;
  }
  if (single.size < run_max) {
    single.grow();
    single.insert(what);
    return true;
  }
  auto many = std::make_unique<std::vector<run>>();
  many->reserve(2);
  auto upper = single.split();  // nothing throws from here on
  many->push_back(std::move(single));
  many->push_back(std::move(upper));
  run_for(*many, what.session)->insert(what);
  body_ = std::move(many);
  return true;
}

bool target_list::insert(many_runs& many, const target& what) {
  auto at = run_for(*many, what.session);
  if (auto* old = at->find(what.session)) {
    *old = what;
    return false;
  }
  if (at->size == run_max) {
    auto place = at - many->begin();
    many->reserve(many->size() + 1);
    at = many->begin() + place;
    many->insert(at + 1, at->split());
    at = run_for(*many, what.session);
  }
  at->grow();
  at->insert(what);
  return true;
}

/// The run that a session is in, or would be in: the last one that does not begin after it.
std::vector<target_list::run>::iterator target_list::run_for(std::vector<run>& runs, session_ref who) noexcept {
  auto after =
    std::upper_bound(runs.begin(), runs.end(), who, [](session_ref a, const run& b) { return a < b.begin()->session; });
  return after == runs.begin() ? after : after - 1;
}

bool target_list::erase(session_ref who) noexcept {
  if (auto* one = std::get_if<target>(&body_)) {
    if (one->session != who) return false;
    body_ = std::monostate{};
    return true;
  }
  if (auto* single = std::get_if<run>(&body_)) return erase(*single, who);
  if (auto* many = std::get_if<many_runs>(&body_)) return erase(*many, who);
  return false;
}

bool target_list::erase(run& single, session_ref who) noexcept {
  auto* at = single.find(who);
  if (!at) return false;
  single.erase(at);
  if (single.size == 1) body_ = target{*single.begin()};
  return true;
}

bool target_list::erase(many_runs& many, session_ref who) noexcept {
  auto in = run_for(*many, who);
  auto* at = in->find(who);
  if (!at) return false;
  in->erase(at);
  unite_with_next(*many, in);
  if (in != many->begin()) unite_with_next(*many, in - 1);
  if (many->size() == 1) {
    auto last = std::move(many->front());
    body_ = std::move(last);
  }
  return true;
}

/// Two neighbours become one when it is half full at most. So no run is ever empty, and a list that many leave gets
/// small.
void target_list::unite_with_next(std::vector<run>& runs, std::vector<run>::iterator at) noexcept {
  auto next = at + 1;
  if (next == runs.end() || at->size + next->size > run_max / 2) return;
  std::copy(next->begin(), next->end(), at->end());
  at->size += next->size;
  runs.erase(next);
}

}  // namespace troupe
