#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/admin/session_walk.hpp"
#include "actors/admin/work_samples.hpp"
#include "actors/runtime/actor_tree.hpp"

namespace troupe::admin {

/// How much of a processor each named actor takes, over the last seconds. Of a supervisor: it and everything below it.
/// So `root` may have more than 1, "root/loop 0" has what its thread does for sockets and timers as well, and
/// "root/loop 0/sessions" what all of its sessions and their connections take.
class actor_shares {
public:
  /// `loops`: null: nothing is known. `admin`: of the admin's own thread.
  actor_shares(std::shared_ptr<const std::vector<work_shares>> loops, double admin,
               const std::vector<runtime::actor_status>& all);

  /// Nothing: it is not known, as of those that run on a thread of their own.
  std::optional<double> of(std::string_view path) const;

private:
  std::map<std::string, double, std::less<>> shares_;
};

/// Of a session: what is done for it, and for its connection's socket.
double share_of(const work_shares& on_its_loop, const session_place& of) noexcept;

}  // namespace troupe::admin
