#define CAF_SUITE actors_runtime_actor_tree

#include "actors/runtime/actor_tree.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace std::chrono_literals;
using runtime::actor_state;
using runtime::actor_tree;

CAF_TEST(a_restart_is_counted_when_the_successor_has_started) {
  actor_tree tree;
  tree.started("root/shard", time_point{1s});
  tree.failed("root/shard", "out of luck", time_point{2s});
  CAF_CHECK(tree.snapshot().front().state == actor_state::restarting);
  CAF_CHECK_EQUAL(tree.restarts(), 0u);
  tree.started("root/shard", time_point{3s});
  auto status = tree.snapshot().front();
  CAF_CHECK(status.state == actor_state::running);
  CAF_CHECK_EQUAL(status.restarts, 1u);
  CAF_CHECK_EQUAL(status.last_error, "out of luck");
  CAF_CHECK(status.last_change == time_point{3s});
}

CAF_TEST(restarts_are_summed_over_all_actors_and_sessions) {
  actor_tree tree;
  for (auto path : {"root/a", "root/b"}) {
    tree.started(path, {});
    tree.failed(path, "why", {});
    tree.started(path, {});
  }
  tree.session_restarted();
  CAF_CHECK_EQUAL(tree.restarts(), 3u);
}

CAF_TEST(what_has_stopped_stays_to_be_seen) {
  actor_tree tree;
  tree.started("root/a", time_point{1s});
  tree.stopped("root/a", time_point{2s});
  auto all = tree.snapshot();
  CAF_REQUIRE_EQUAL(all.size(), 1u);
  CAF_CHECK(all.front().state == actor_state::stopped);
  CAF_CHECK_EQUAL(all.front().path, "root/a");
}
