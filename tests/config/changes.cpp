#define CAF_SUITE config_changes
#include "config/changes.hpp"

#include <algorithm>

#include <caf/test/unit_test.hpp>

#include "config/load.hpp"

using namespace troupe::config;

CAF_TEST(equal_options_have_no_changes) {
  const auto of = load({}).options;
  CAF_CHECK(changes(of, of).empty());
}

CAF_TEST(a_change_tells_whether_it_waits_for_a_restart) {
  const auto running = load({}).options;
  auto next = running;
  next.log.level = log_level::debug;
  next.node.loops = 3;
  const auto found = changes(running, next);
  CAF_REQUIRE_EQUAL(found.size(), 2u);
  CAF_CHECK_EQUAL(found[0].option, "log.level");
  CAF_CHECK_EQUAL(found[0].before, "info");
  CAF_CHECK_EQUAL(found[0].after, "debug");
  CAF_CHECK(found[0].felt == felt::on_reload);
  CAF_CHECK_EQUAL(found[1].option, "node.loops");
  CAF_CHECK(found[1].felt == felt::on_restart);
}

CAF_TEST(listeners_that_come_or_go_are_changes) {
  const auto running = load({}).options;
  auto next = running;
  next.listeners.erase("tcp");
  const auto mentions_tcp = [](const auto& all) {
    return !all.empty() && std::all_of(all.begin(), all.end(), [](const change& one) {
      return one.option.starts_with("listeners.tcp.") && one.felt == felt::on_restart;
    });
  };
  CAF_CHECK(mentions_tcp(changes(running, next)));
  CAF_CHECK(mentions_tcp(changes(next, running)));
}
