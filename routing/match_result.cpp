#include "routing/match_result.hpp"

#include <algorithm>
#include <iterator>

#include "routing/target_list.hpp"

namespace troupe {
namespace {

bool earlier(const target& a, const target& b) noexcept { return a.session < b.session; }

/// Takes the front part that belongs to `loop` off a sequence that is grouped by loop.
template <class T, class Session>
std::span<const T> take_front(std::span<const T>& from, std::uint32_t loop, Session session_of) noexcept {
  auto end = std::ranges::partition_point(from, [&](const T& each) { return session_of(each).loop <= loop; });
  auto taken = from.first(static_cast<std::size_t>(end - from.begin()));
  from = from.subspan(taken.size());
  return taken;
}

}  // namespace

void match_result::clear() noexcept {
  targets_.clear();
  shared_.clear();
  identifiers_.clear();
  run_ends_.clear();
}

void match_result::add(const target_list& list, session_ref publisher) {
  list.for_each_run([&](std::span<const target> run) {
    auto end = run.end();
    auto own = publisher ? std::lower_bound(run.begin(), end, target{.session = publisher}, earlier) : end;
    auto left_out = own != end && own->session == publisher && own->no_local;  // [MQTT-3.8.3-3]
    if (!left_out) own = end;
    targets_.insert(targets_.end(), run.begin(), own);
    if (left_out) targets_.insert(targets_.end(), own + 1, end);
  });
  if (auto last = run_ends_.empty() ? 0 : run_ends_.back(); targets_.size() > last)
    run_ends_.push_back(targets_.size());
}

void match_result::finish() {
  if (run_ends_.size() > 1) {
    merge_runs();
    unite_sessions();
  }
  std::ranges::sort(shared_, {}, [](const shared_target& each) { return each.to.session; });
}

/// From one sorted run per filter to one sorted run: each round halves their number.
void match_result::merge_runs() {
  while (run_ends_.size() > 1) {
    merged_.clear();
    merged_.reserve(targets_.size());
    merge_pairs();
    targets_.swap(merged_);
  }
}

void match_result::merge_pairs() {
  std::size_t begin = 0;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < run_ends_.size(); i += 2) {
    auto middle = run_ends_[i];
    auto end = i + 1 < run_ends_.size() ? run_ends_[i + 1] : middle;
    auto at = [&](std::size_t position) { return targets_.begin() + static_cast<std::ptrdiff_t>(position); };
    std::merge(at(begin), at(middle), at(middle), at(end), std::back_inserter(merged_), earlier);
    run_ends_[kept++] = begin = end;
  }
  run_ends_.resize(kept);
}

/// Overlapping subscriptions of one session bring one copy, at their highest QoS [MQTT-3.3.4-2], with all
/// identifiers, also equal ones [MQTT-3.3.4-3] [MQTT-3.3.4-4].
void match_result::unite_sessions() {
  auto last = targets_.begin();
  for (auto next = last + 1; next != targets_.end(); ++next) {
    if (next->session != last->session) {
      *++last = *next;
      continue;
    }
    last->maximum_qos = std::max(last->maximum_qos, next->maximum_qos);
    last->retain_as_published |= next->retain_as_published;
    if (next->identifier == 0) continue;
    if (last->identifier == 0) {
      last->identifier = next->identifier;
      continue;
    }
    identifiers_.push_back({next->session, next->identifier});
    last->more_identifiers = true;
  }
  targets_.erase(last + 1, targets_.end());
}

match_result::part match_result::take_loop(part& rest) noexcept {
  auto session_of = [](const auto& each) { return each.session; };
  auto member_of = [](const shared_target& each) { return each.to.session; };
  auto loop = std::uint32_t{0xFF};
  if (!rest.targets.empty()) loop = rest.targets.front().session.loop;
  if (!rest.shared.empty()) loop = std::min<std::uint32_t>(loop, rest.shared.front().to.session.loop);
  return {loop, take_front(rest.targets, loop, session_of), take_front(rest.shared, loop, member_of),
          take_front(rest.identifiers, loop, session_of)};
}

}  // namespace troupe
