#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/options.hpp"
#include "routing/filter_map.hpp"
#include "routing/hash.hpp"
#include "routing/match_result.hpp"
#include "routing/subscription.hpp"
#include "routing/target.hpp"

namespace troupe {

/// Shared subscriptions (MQTT 5, 4.8.2): of each group that matches, one member gets the message.
///
/// - round_robin   one after the other; each shard counts for itself, so across shards turns are even, not strict.
/// - random        any member.
/// - hash_clientid by the publisher: all of its messages go to one member.
/// - hash_topic    by the topic name.
/// - sticky        all messages of a group go to one member.
/// - local         members on the publisher's loop take turns; where there is none, all do.
///
/// The hashes and sticky choose by rendezvous: the member with the highest hash of (key, member). So shards that know
/// the same members choose the same one, and a member that leaves or comes moves only its own share.
class shared_groups {
public:
  /// `seed` is the hash tables' and the random strategy's.
  shared_groups(config::share_strategy strategy, std::uint64_t seed);
  ~shared_groups();
  shared_groups(const shared_groups&) = delete;
  shared_groups& operator=(const shared_groups&) = delete;

  /// As subscription_index's. Precondition: the filter begins with `$share/` and was checked.
  bool insert(const subscription& what, session_ref who);
  bool erase(std::string_view filter, session_ref who) noexcept;
  /// Adds the chosen member of every group that matches.
  void match(std::string_view topic, origin from, match_result& out);
  std::optional<shared_target> choose_another(std::string_view filter, std::string_view topic, origin from,
                                              std::span<const session_ref> refused);
  void set_connected(session_ref who, bool connected) noexcept;

  /// See filter_map: `f(filter, members of all groups with that filter)`, the filters without `$share/<group>/`.
  bool visit(filter_position& at, std::size_t& left, bool wildcards,
             const std::function<void(std::string_view, std::size_t)>& f) const;

  std::size_t size() const noexcept { return by_name_.size(); }
  std::size_t members() const noexcept { return members_; }

private:
  struct group;
  struct member;
  struct choice;
  struct seeded_hash {
    std::uint64_t seed;
    std::size_t operator()(std::string_view text) const noexcept { return hash_text(text, seed); }
    std::size_t operator()(session_ref ref) const noexcept { return mix(ref.bits() ^ seed); }
  };

  group& make(const subscription& what);
  void drop(group& gone) noexcept;
  bool join(group& to, const member& who);
  void forget_membership(session_ref who, const group& of) noexcept;
  const member* choose(group& of, const choice& how) noexcept;
  template <class Takes>
  const member* choose(group& of, const choice& how, Takes takes) noexcept;

  config::share_strategy strategy_;
  std::uint64_t random_;
  std::unordered_map<std::string_view, std::unique_ptr<group>, seeded_hash> by_name_;
  filter_map<std::vector<group*>> by_filter_;
  std::unordered_map<session_ref, std::vector<group*>, seeded_hash> by_session_;
  std::size_t members_ = 0;
};

}  // namespace troupe
