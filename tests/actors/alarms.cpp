#define CAF_SUITE actors_alarms

#include "actors/alarms.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using admin::event_kind;

namespace {

struct fixture {
  fixture() {
    number = history.watchers.watch({}, [this](const auto& what) { told.push_back(*what); });
    board.write_to(&history);
  }
  ~fixture() { history.watchers.unwatch(number); }

  admin::event_history history;
  std::vector<admin::event> told;
  std::uint64_t number = 0;
  actors::alarms board;
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(alarms_tests, fixture)

CAF_TEST(what_begins_and_what_ends_is_told_once) {
  for (int i = 0; i < 3; ++i) board.found("store", false, "nothing is wrong");
  CAF_CHECK(told.empty());
  for (const char* text : {"the disk is full", "it still is"}) board.found("store", true, text);
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK(told[0].kind == event_kind::alarm_on);
  CAF_CHECK_EQUAL(told[0].text, "store: the disk is full");
  for (int i = 0; i < 3; ++i) board.found("store", false, "there is room");
  CAF_REQUIRE_EQUAL(told.size(), 2u);
  CAF_CHECK(told[1].kind == event_kind::alarm_off);
  CAF_CHECK_EQUAL(told[1].text, "store: there is room");
}

CAF_TEST(an_alarm_remembers_when_it_began) {
  board.found("overload", true, "a");
  board.found("store", true, "b");
  CAF_REQUIRE_EQUAL(told.size(), 2u);
  while (std::chrono::system_clock::now().time_since_epoch() <= told[1].at + std::chrono::milliseconds{2}) {
  }
  board.found("overload", true, "c");
  const auto on = board.on();
  CAF_REQUIRE_EQUAL(on.size(), 2u);
  CAF_CHECK_EQUAL(on[0].name, "overload");
  CAF_CHECK_EQUAL(on[0].text, "a");
  CAF_CHECK(on[0].since == told[0].at);
  CAF_CHECK_EQUAL(on[1].name, "store");
  board.found("overload", false, "d");
  CAF_CHECK_EQUAL(board.count(), 1u);
  const auto left = board.on();
  CAF_CHECK_EQUAL(left.at(0).name, "store");
}

CAF_TEST(nobody_has_to_keep_a_history) {
  actors::alarms alone;
  alone.found("store", true, "a");
  CAF_CHECK_EQUAL(alone.count(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
