#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "actors/admin/inquiries.hpp"
#include "actors/admin/session_walk.hpp"
#include "actors/bans/ban_set.hpp"

namespace troupe::admin {

/// Disconnects whom new bans match, some sessions in a turn. One walk at a time: bans that come meanwhile wait for the
/// next, all together. Whoever connects while it walks is kept out by the desk. Must outlive its walks.
class ban_sweep {
public:
  explicit ban_sweep(inquiries& ask) : ask_{ask} {}

  /// A ban that the desk has already.
  void begin(const actors::ban_ptr& with);

private:
  static constexpr std::size_t cut_at_once = 100;

  using ban_set_ptr = std::shared_ptr<const actors::ban_set>;
  using found = std::vector<session_ref>;

  void walk();
  void step(session_position from, const ban_set_ptr& bans);
  void cut(const std::shared_ptr<found>& these, std::size_t from, const ban_set_ptr& bans,
           std::optional<session_position> next);

  inquiries& ask_;
  actors::ban_set waiting_;
  bool walks_ = false;
};

}  // namespace troupe::admin
