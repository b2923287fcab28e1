#pragma once

#include <random>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "actors/admin/node_view.hpp"
#include "actors/admin/work_samples.hpp"

namespace troupe::admin {

/// Looks at whom the loops work for, some two hundred times a second, as long as somebody wants to know. Nobody has
/// asked for a minute: it sleeps, and knows nothing when it begins again. Of the admin's thread.
class work_watch {
public:
  work_watch(const node_view& node, boost::asio::io_context& io);

  /// By loop; null: nobody has asked lately, hence it begins only now. See work_samples::shares().
  std::shared_ptr<const std::vector<work_shares>> shares();
  /// What the admin's own thread has taken of a processor meanwhile, which no loop can tell.
  double own_share() const noexcept { return own_share_; }

  void stop() { next_.cancel(); }

private:
  void go_on();
  void look();
  void look_at_oneself(work_samples::clock::time_point now);

  const node_view& node_;
  boost::asio::steady_timer next_;
  work_samples samples_;
  std::vector<transport::work_mark::whom> marks_;  ///< scratch of look()
  std::minstd_rand random_{1};                     ///< not in step with what the loops do at intervals
  work_samples::clock::time_point wanted_until_{}, own_since_{};
  std::chrono::nanoseconds own_time_{};  ///< of this thread, at own_since_
  double own_share_ = 0;
  bool looks_ = false;
};

}  // namespace troupe::admin
