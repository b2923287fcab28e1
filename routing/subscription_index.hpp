#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "config/options.hpp"
#include "routing/filter_map.hpp"
#include "routing/match_result.hpp"
#include "routing/shared_groups.hpp"
#include "routing/subscription.hpp"
#include "routing/target_list.hpp"

namespace troupe {

/// The subscriptions that a shard holds: exact filters apart from those with wildcards, and shared ones apart from
/// both. An exact filter with one subscriber takes about 50 bytes beside its text, which is shared with the session's
/// record. Nothing in here knows threads: it belongs to its shard.
class subscription_index {
public:
  /// `seed` keeps strangers from choosing filters that collide, and starts the random strategy; any number will do.
  explicit subscription_index(config::share_strategy strategy = config::share_strategy::round_robin,
                              std::uint64_t seed = 0);

  /// Adds or replaces a subscription. True when the session did not have this filter [MQTT-3.8.4-3]. An exception
  /// leaves the index as it was. Precondition: the filter was checked, `who` names somebody.
  bool insert(const subscription& what, session_ref who);
  /// True when there was such a subscription.
  bool erase(std::string_view filter, session_ref who) noexcept;

  /// Fills `out` with everyone who gets a publication to `topic`. Not const: shared groups take turns.
  void match(std::string_view topic, origin from, match_result& out);
  void match(const publication& what, match_result& out) {
    match(what.topic(), {what.publisher(), what.publisher_hash()}, out);
  }

  static constexpr std::size_t approach_max = filter_map<target_list>::approach_max;
  /// Asks for what match() will read for these, at most approach_max of them: changes nothing but how long that takes.
  void approach(std::span<const publication_ptr> next) const noexcept {
    for (const auto& each : next) __builtin_prefetch(each.get());
    filters_.approach(next.size(), [=](std::size_t i) { return next[i]->topic(); });
  }

  /// Another member of the shared group `filter` (as in shared_target::group) for a message that the members in
  /// `refused` left behind when their sessions ended (MQTT 5, 4.8.2); nothing when no other member is left.
  std::optional<shared_target> choose_another(std::string_view filter, std::string_view topic, origin from,
                                              std::span<const session_ref> refused);
  /// Members without a connection are chosen only when their group has no other. A subscriber counts as connected until
  /// told otherwise; sessions without shared subscriptions need not tell.
  void set_connected(session_ref who, bool connected) noexcept { groups_.set_connected(who, connected); }

  /// How far a walk over all filters has come.
  struct position {
    filter_position plain;
    filter_position shared;
  };
  /// For somebody who looks in: calls `f(filter, subscriptions)` for the filters behind `at`, in no order, shared ones
  /// without `$share/<group>/`; a filter may come twice, once for its shared subscriptions. Looks at no more than
  /// `left` places. Filters with wildcards are in every shard: `wildcards` says whether they are wanted of this one.
  /// True at the end. Subscriptions that come or go between two calls may be missed.
  bool visit(position& at, std::size_t left, bool wildcards,
             const std::function<void(std::string_view, std::size_t)>& f) const;

  /// Subscriptions, shared ones included.
  std::size_t size() const noexcept { return subscriptions_ + groups_.members(); }
  /// Different filters, shared ones included.
  std::size_t filters() const noexcept { return filters_.size() + groups_.size(); }

private:
  filter_map<target_list> filters_;
  shared_groups groups_;
  std::size_t subscriptions_ = 0;
};

}  // namespace troupe
