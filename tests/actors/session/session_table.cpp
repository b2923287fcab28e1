#define CAF_SUITE actors_session_session_table

#include "actors/session/session_table.hpp"

#include "tests/actors/fixtures/bench.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

struct fixture : bench {
  fixture() { begin(); }
  ~fixture() override { take_down(); }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(session_table_tests, fixture)

CAF_TEST(a_session_is_found_by_its_reference) {
  auto& seat = at->sessions.open();
  CAF_CHECK(at->sessions.find(seat.self()) == &seat);
  CAF_CHECK(seat.self());
  CAF_CHECK_EQUAL(at->sessions.size(), 1u);
  CAF_CHECK_EQUAL(at->counters.sessions.value(), 1u);
}

CAF_TEST(a_slot_that_is_used_again_is_another_session) {
  auto first = at->sessions.open().self();
  at->sessions.close(first);
  auto second = at->sessions.open().self();
  CAF_CHECK_EQUAL(first.slot, second.slot);
  CAF_CHECK(first != second);
  CAF_CHECK(!at->sessions.find(first));
  CAF_CHECK(at->sessions.find(second));
  at->sessions.close(first);
  CAF_CHECK(at->sessions.find(second));
  CAF_CHECK_EQUAL(at->sessions.size(), 1u);
}

CAF_TEST(those_that_sleep_are_counted) {
  auto& sessions = at->sessions;
  const auto awake = sessions.open().self();
  const auto found = sessions.open_dormant().first;
  CAF_CHECK_EQUAL(sessions.asleep(), 1u);
  sessions.put_to_sleep(awake, std::make_unique<dormant_session>());
  CAF_CHECK_EQUAL(sessions.asleep(), 2u);
  sessions.wake_up(awake);
  CAF_CHECK_EQUAL(sessions.asleep(), 1u);
  sessions.close(found);
  sessions.close(awake);
  CAF_CHECK_EQUAL(sessions.asleep(), 0u);
  CAF_CHECK_EQUAL(sessions.size(), 0u);
}

CAF_TEST(references_to_nobody_find_nobody) {
  CAF_CHECK(!at->sessions.find({}));
  CAF_CHECK(!at->sessions.find({.slot = 999, .generation = 1, .loop = 0}));
}

CAF_TEST(a_closed_session_is_destroyed_when_nobody_is_inside_of_it) {
  auto before = sys.registry().running();
  auto who = at->sessions.open().self();
  CAF_CHECK_EQUAL(sys.registry().running(), before + 1);
  at->sessions.close(who);
  CAF_CHECK_EQUAL(sys.registry().running(), before + 1);
  at->sessions.collect();
  CAF_CHECK_EQUAL(sys.registry().running(), before);
}

CAF_TEST(a_walk_over_all_slots_meets_those_in_use) {
  std::vector<session_ref> all;
  for (auto i = 0; i < 4; ++i) all.push_back(at->sessions.open().self());
  at->sessions.close(all[1]);
  std::vector<session_ref> met;
  for (std::uint32_t slot = 0; slot < at->sessions.slots(); ++slot)
    if (auto* seat = at->sessions.at(slot)) met.push_back(seat->self());
  CAF_CHECK(met == (std::vector{all[0], all[2], all[3]}));
}

CAF_TEST_FIXTURE_SCOPE_END()
