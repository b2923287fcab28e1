#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "persistence/batch.hpp"
#include "persistence/engine.hpp"

namespace troupe::persistence {

/// Turns batches into rows of an engine, a group of batches per commit: checks what they expect, numbers revisions,
/// and counts who holds a message.
class group_writer {
public:
  explicit group_writer(persistence::engine& into) : engine_{into}, revision_{into.last_revision()} {}

  /// The batch joins the group, or is left out wholly: conflict, or failed. It must stay as it is until commit().
  status add(const batch& what);
  /// The revision of the sessions that the last batch put.
  std::uint64_t revision() const noexcept { return revision_; }

  bool empty() const noexcept { return empty_; }
  status commit(bool sync);

  /// Releases of messages that were not there.
  std::uint64_t dangling() const noexcept { return dangling_; }

private:
  /// How many hold a message, as of the group so far.
  struct count {
    std::uint32_t left = 0;
    bool has_row = false;  ///< in counts
    bool changed = false;  ///< by this group
  };
  /// What a batch of this group did to a session; `last` is set for a range.
  struct session_change {
    std::string_view first;
    std::string_view last;
    std::uint64_t revision;
    bool is_range;
  };

  status check(const batch& what);
  status check_revision(std::string_view client_id, std::uint64_t expected);
  status load_count(std::string_view key);
  static bool puts_message(const batch& what, std::size_t end, std::uint64_t id);
  void write(const operation& what);
  void change_count(const operation& what);
  void write_counts();
  void forget_counts(bool committed);

  persistence::engine& engine_;
  std::uint64_t revision_;
  std::uint64_t dangling_ = 0;
  bool empty_ = true;
  /// Of messages that were put, held or released lately. Dropped beyond counts_max: the store has them too.
  std::unordered_map<std::uint64_t, count> counts_;
  std::vector<std::uint64_t> changed_;
  std::vector<session_change> session_changes_;
};

}  // namespace troupe::persistence
