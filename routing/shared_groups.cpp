#include "routing/shared_groups.hpp"

#include <algorithm>
#include <utility>

#include "routing/topic.hpp"

namespace troupe {

struct shared_groups::member {
  target to;
  bool connected = true;
};

struct shared_groups::group {
  explicit group(const shared_text& whole) : name{whole}, key{topic_hash(whole)} {}

  std::vector<member>::iterator lower_bound(session_ref who) noexcept {
    return std::ranges::lower_bound(members, who, {}, [](const member& each) { return each.to.session; });
  }
  member* find(session_ref who) noexcept {
    auto at = lower_bound(who);
    return at != members.end() && at->to.session == who ? &*at : nullptr;
  }

  shared_text name;             ///< the whole filter
  std::uint64_t key;            ///< what sticky chooses by: the same in every shard
  std::vector<member> members;  ///< sorted by session, the same in every shard
  std::size_t connected = 0;
  std::size_t turn = 0;  ///< of round_robin and local: where the search for the next member begins
};

/// What one choice is made by.
struct shared_groups::choice {
  std::string_view topic;
  origin from;
  std::span<const session_ref> refused;

  bool takes(const member& who) const noexcept { return std::ranges::find(refused, who.to.session) == refused.end(); }
};

namespace {

/// The member `takes` accepts that comes first from the group's turn on; the turn passes to the one after it.
template <class Group, class Takes>
auto* next_in_turn(Group& of, Takes takes) noexcept {
  auto count = of.members.size();
  for (std::size_t i = 0; i < count; ++i) {
    auto at = (of.turn + i) % count;
    if (!takes(of.members[at])) continue;
    of.turn = at + 1;
    return &of.members[at];
  }
  return static_cast<decltype(of.members.data())>(nullptr);
}

/// The member `takes` accepts with the highest hash of (key, member).
template <class Group, class Takes>
auto* highest(Group& of, std::uint64_t key, Takes takes) noexcept {
  decltype(of.members.data()) best = nullptr;
  std::uint64_t best_weight = 0;
  for (auto& each : of.members) {
    auto weight = mix(key ^ mix(each.to.session.bits()));
    if (!takes(each) || (best && weight <= best_weight)) continue;
    best = &each;
    best_weight = weight;
  }
  return best;
}

/// Each member `takes` accepts, with equal chances.
template <class Group, class Takes>
auto* any(Group& of, std::uint64_t random, Takes takes) noexcept {
  decltype(of.members.data()) chosen = nullptr;
  auto count = static_cast<std::uint64_t>(std::ranges::count_if(of.members, takes));
  if (count == 0) return chosen;
  auto skip = random % count;
  for (auto& each : of.members)
    if (takes(each) && skip-- == 0) return chosen = &each;
  return chosen;
}

}  // namespace

shared_groups::shared_groups(config::share_strategy strategy, std::uint64_t seed)
  : strategy_{strategy},
    random_{seed},
    by_name_{0, seeded_hash{seed}},
    by_filter_{seed},
    by_session_{0, seeded_hash{seed}} {}

shared_groups::~shared_groups() = default;

bool shared_groups::insert(const subscription& what, session_ref who) {
  auto to = member{.to = {.session = who,
                          .maximum_qos = what.options.maximum_qos,
                          .retain_as_published = what.options.retain_as_published,
                          .identifier = what.identifier}};
  auto& in = make(what);
  try {
    return join(in, to);
  } catch (...) {
    if (in.members.empty()) drop(in);
    throw;
  }
}

/// Finds the group, or makes it without members.
shared_groups::group& shared_groups::make(const subscription& what) {
  if (auto found = by_name_.find(what.filter.view()); found != by_name_.end()) return *found->second;
  auto made = std::make_unique<group>(what.filter);
  auto part = shared_text{match_part(what.filter)};
  auto& matching = by_filter_.make(part);
  try {
    if (matching.size() == matching.capacity()) matching.reserve(std::max<std::size_t>(1, 2 * matching.size()));
    auto& place = by_name_[made->name.view()];
    matching.push_back(made.get());  // nothing throws from here on
    place = std::move(made);
    return *place;
  } catch (...) {
    if (matching.empty()) by_filter_.drop(part);
    throw;
  }
}

/// Removes a group without members.
void shared_groups::drop(group& gone) noexcept {
  auto part = match_part(gone.name);
  auto& matching = *by_filter_.find(part);
  std::erase(matching, &gone);
  if (matching.empty()) by_filter_.drop(part);
  by_name_.erase(by_name_.find(gone.name.view()));
}

/// Adds or replaces a member; true when it was none. An exception leaves the members as they were.
bool shared_groups::join(group& to, const member& who) {
  if (auto* old = to.find(who.to.session)) {
    old->to = who.to;
    return false;
  }
  auto added = who;
  try {
    auto& memberships = by_session_[who.to.session];
    if (!memberships.empty()) added.connected = memberships.front()->find(who.to.session)->connected;
    memberships.push_back(&to);
    to.members.insert(to.lower_bound(who.to.session), added);
  } catch (...) {
    forget_membership(who.to.session, to);
    throw;
  }
  if (added.connected) ++to.connected;
  ++members_;
  return true;
}

void shared_groups::forget_membership(session_ref who, const group& of) noexcept {
  auto found = by_session_.find(who);
  if (found == by_session_.end()) return;
  std::erase(found->second, &of);
  if (found->second.empty()) by_session_.erase(found);
}

bool shared_groups::erase(std::string_view filter, session_ref who) noexcept {
  auto found = by_name_.find(filter);
  if (found == by_name_.end()) return false;
  auto& in = *found->second;
  auto* gone = in.find(who);
  if (!gone) return false;
  if (gone->connected) --in.connected;
  in.members.erase(in.lower_bound(who));
  --members_;
  forget_membership(who, in);
  if (in.members.empty()) drop(in);
  return true;
}

void shared_groups::set_connected(session_ref who, bool connected) noexcept {
  auto found = by_session_.find(who);
  if (found == by_session_.end()) return;
  for (auto* each : found->second) {
    auto& flag = each->find(who)->connected;
    if (flag == connected) continue;
    flag = connected;
    connected ? ++each->connected : --each->connected;
  }
}

void shared_groups::match(std::string_view topic, origin from, match_result& out) {
  by_filter_.match(topic, out.steps(), [&](const std::vector<group*>& matching) {
    for (auto* each : matching)
      if (const auto* chosen = choose(*each, {topic, from, {}})) out.add({chosen->to, each->name});
  });
}

bool shared_groups::visit(filter_position& at, std::size_t& left, bool wildcards,
                          const std::function<void(std::string_view, std::size_t)>& f) const {
  return by_filter_.visit(at, left, wildcards, [&](std::string_view filter, const std::vector<group*>& matching) {
    std::size_t members = 0;
    for (const auto* each : matching) members += each->members.size();
    f(filter, members);
  });
}

std::optional<shared_target> shared_groups::choose_another(std::string_view filter, std::string_view topic, origin from,
                                                           std::span<const session_ref> refused) {
  auto found = by_name_.find(filter);
  if (found == by_name_.end()) return std::nullopt;
  const auto* chosen = choose(*found->second, {topic, from, refused});
  if (!chosen) return std::nullopt;
  return shared_target{chosen->to, found->second->name};
}

/// A member with a connection if there is one, else any.
const shared_groups::member* shared_groups::choose(group& of, const choice& how) noexcept {
  auto takes_now = [&](const member& who) { return who.connected && how.takes(who); };
  if (const auto* chosen = of.connected != 0 ? choose(of, how, takes_now) : nullptr) return chosen;
  return choose(of, how, [&](const member& who) { return how.takes(who); });
}

template <class Takes>
const shared_groups::member* shared_groups::choose(group& of, const choice& how, Takes takes) noexcept {
  using strategy = config::share_strategy;
  switch (strategy_) {
    case strategy::round_robin: break;
    case strategy::random: return any(of, mix(random_++), takes);
    case strategy::hash_clientid: return highest(of, mix(how.from.publisher_hash), takes);
    case strategy::hash_topic: return highest(of, topic_hash(how.topic), takes);
    case strategy::sticky: return highest(of, of.key, takes);
    case strategy::local:
      auto near = [&](const member& who) { return takes(who) && who.to.session.loop == how.from.publisher.loop; };
      if (const auto* chosen = how.from.publisher ? next_in_turn(of, near) : nullptr) return chosen;
      break;
  }
  return next_in_turn(of, takes);
}

}  // namespace troupe
