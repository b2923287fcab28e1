#define CAF_SUITE actors_runtime_actor_tree

#include "actors/runtime/actor_tree.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace std::chrono_literals;
using runtime::actor_state;
using runtime::actor_tree;

CAF_TEST(a_restart_is_counted_when_the_successor_has_started) {
  actor_tree tree;
  tree.started("root/shard", nullptr, time_point{1s});
  tree.failed("root/shard", "out of luck", time_point{2s});
  CAF_CHECK(tree.snapshot().front().state == actor_state::restarting);
  CAF_CHECK_EQUAL(tree.restarts(), 0u);
  tree.started("root/shard", nullptr, time_point{3s});
  auto status = tree.snapshot().front();
  CAF_CHECK(status.state == actor_state::running);
  CAF_CHECK_EQUAL(status.restarts, 1u);
  CAF_CHECK_EQUAL(status.last_error(), "out of luck");
  CAF_CHECK(status.last_change == time_point{3s});
}

CAF_TEST(restarts_are_summed_over_all_actors_and_sessions) {
  actor_tree tree;
  for (auto path : {"root/a", "root/b"}) {
    tree.started(path, nullptr, {});
    tree.failed(path, "why", {});
    tree.started(path, nullptr, {});
  }
  tree.session_restarted();
  CAF_CHECK_EQUAL(tree.restarts(), 3u);
}

CAF_TEST(the_latest_failures_are_remembered) {
  actor_tree tree;
  for (int i = 0; i < 20; ++i) {
    tree.started("root/a", nullptr, {});
    tree.failed("root/a", std::to_string(i), time_point{std::chrono::seconds{i}});
  }
  const auto failures = tree.snapshot().front().failures;
  CAF_REQUIRE_EQUAL(failures.size(), actor_tree::failures_max);
  CAF_CHECK_EQUAL(failures.front().cause, "4");
  CAF_CHECK_EQUAL(failures.back().cause, "19");
}

CAF_TEST(every_change_is_told) {
  actor_tree tree;
  std::vector<std::pair<runtime::tree_event, std::string>> told;
  tree.on_event([&](auto what, const auto& path, const auto& cause) { told.emplace_back(what, path + cause); });
  tree.started("a", nullptr, {});
  tree.failed("a", " why", {});
  tree.started("a", nullptr, {});
  tree.stopped("a", {});
  using enum runtime::tree_event;
  CAF_CHECK((told == decltype(told){{started, "a"}, {failed, "a why"}, {restarted, "a"}, {stopped, "a"}}));
}

CAF_TEST(what_has_stopped_stays_to_be_seen) {
  actor_tree tree;
  tree.started("root/a", nullptr, time_point{1s});
  tree.stopped("root/a", time_point{2s});
  auto all = tree.snapshot();
  CAF_REQUIRE_EQUAL(all.size(), 1u);
  CAF_CHECK(all.front().state == actor_state::stopped);
  CAF_CHECK_EQUAL(all.front().path, "root/a");
}
