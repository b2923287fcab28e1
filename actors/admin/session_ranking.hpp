#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/admin/inquiries.hpp"
#include "actors/admin/session_view.hpp"
#include "actors/admin/work_samples.hpp"

namespace troupe::admin {

/// By which field of an actor a list is ordered.
struct sort_order {
  std::string field = "name";
  bool descending = false;

  /// "-restarts"; empty: by name. Nothing for a field that actors do not have.
  static std::optional<sort_order> of(std::string_view text);
};

/// Whether a page in this order may have given it as `next`; empty, the beginning, is one.
bool is_ranking_cursor(const sort_order& by, std::string_view text);

/// A page of the sessions of one loop in the order of a field, those that are equal in that of their slots. All of them
/// are looked at, some hundreds in a turn, and only as many remembered as the page holds. `cursor`: what the page
/// before gave; by name means in the order of slots: nobody sorts a million ids. `shares`: by loop; null: not known.
void rank_sessions(inquiries& ask, std::shared_ptr<const std::vector<work_shares>> shares, std::uint32_t loop,
                   const sort_order& by, const std::string& cursor, std::size_t limit,
                   std::function<void(const std::vector<session_view>&, const std::string& next)> then);

}  // namespace troupe::admin
