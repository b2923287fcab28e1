#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "routing/target.hpp"
#include "routing/wildcard_trie.hpp"

namespace troupe {

class target_list;

/// Who gets a publication. Kept by a shard and used again for every match, so that a match allocates nothing once the
/// largest has been seen. All three sequences are sorted by session, hence grouped by loop.
class match_result {
public:
  /// At most one for each session.
  std::span<const target> targets() const noexcept { return targets_; }
  /// One for each shared group that matched; a session may be in several, and in targets() too.
  std::span<const shared_target> shared() const noexcept { return shared_; }
  /// Identifiers that did not fit into targets() because several filters of one session have one [MQTT-3.3.4-3, -4].
  std::span<const further_identifier> identifiers() const noexcept { return identifiers_; }
  bool empty() const noexcept { return targets_.empty() && shared_.empty(); }

  /// What one loop gets of a match.
  struct part {
    std::uint32_t loop;
    std::span<const target> targets;
    std::span<const shared_target> shared;
    std::span<const further_identifier> identifiers;
  };

  /// Calls `f(part)` once for every loop that has a receiver, in ascending order.
  template <class F>
  void for_each_loop(F&& f) const {
    auto rest = part{0, targets_, shared_, identifiers_};
    while (!rest.targets.empty() || !rest.shared.empty()) f(take_loop(rest));
  }

  void clear() noexcept;
  /// Adds the subscribers of one filter that matched, without those that want no message of their own.
  void add(const target_list& list, session_ref publisher);
  /// Adds the chosen member of a group.
  void add(shared_target chosen) { shared_.push_back(std::move(chosen)); }
  /// To be called after the last add(): makes one target of all that a session has, and sorts.
  void finish();

  trie_walk& steps() noexcept { return steps_; }

private:
  static part take_loop(part& rest) noexcept;
  void merge_runs();
  void merge_pairs();
  void unite_sessions();

  std::vector<target> targets_;
  std::vector<shared_target> shared_;
  std::vector<further_identifier> identifiers_;
  std::vector<target> merged_;         ///< the other buffer while runs are merged
  std::vector<std::size_t> run_ends_;  ///< each filter that matched left one sorted run in targets_
  trie_walk steps_;
};

}  // namespace troupe
