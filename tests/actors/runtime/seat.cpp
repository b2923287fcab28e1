#define CAF_SUITE actors_runtime_seat

#include "actors/runtime/seat.hpp"

#include "actors/runtime/fault.hpp"
#include "tests/actors/fixtures/actors.hpp"

using namespace troupe;
using namespace troupe::test;
using runtime::mail_class;

namespace {

struct fixture : actors_fixture {
  ~fixture() override { end_actors(); }

  void seat_another() { place.occupy(spawn(listener_to_numbers, &heard)); }
  void push(std::vector<int> numbers, mail_class urgency = mail_class::ordinary) {
    for (auto number : numbers) place.push(letter(number), urgency);
  }
  void check_heard(const std::vector<int>& expected) { CAF_CHECK_EQUAL(heard, expected); }

  runtime::seat place{loop};
  std::vector<int> heard;
};

/// Posts to the seat it sits on.
caf::behavior self_poster(runtime::pinned_actor*, runtime::seat* place, std::vector<int>* heard) {
  return {[=](int number) {
    heard->push_back(number);
    if (number < 100) place->push(letter(number + 100), mail_class::ordinary);
    if (number == 3) throw std::runtime_error{"after posting"};
  }};
}

}  // namespace

CAF_TEST_FIXTURE_SCOPE(seat_tests, fixture)

CAF_TEST(mail_waits_for_an_occupant_and_is_handled_in_order) {
  push({1, 2, 3});
  CAF_CHECK(!place.dispatch(10));
  CAF_CHECK_EQUAL(place.depth(), 3u);
  seat_another();
  CAF_CHECK(!place.dispatch(10));
  check_heard({1, 2, 3});
  CAF_CHECK_EQUAL(place.handled(), 3u);
  CAF_CHECK_EQUAL(place.depth(), 0u);
}

CAF_TEST(a_round_handles_no_more_than_it_is_allowed_to) {
  seat_another();
  push({1, 2, 3});
  CAF_CHECK(place.dispatch(2));
  check_heard({1, 2});
  CAF_CHECK(place.dispatch(0));
  CAF_CHECK(!place.dispatch(1));
  check_heard({1, 2, 3});
}

CAF_TEST(what_is_needed_for_rebuilding_comes_first) {
  seat_another();
  push({1, 2});
  push({11, 12}, mail_class::rebuilding);
  place.dispatch(10);
  check_heard({11, 12, 1, 2});
}

CAF_TEST(a_seat_on_hold_hands_out_only_what_is_needed_for_rebuilding) {
  seat_another();
  push({1, 2});
  place.hold(true);
  CAF_CHECK(!place.dispatch(10));
  push({11}, mail_class::rebuilding);
  CAF_CHECK(!place.dispatch(10));
  check_heard({11});
  CAF_CHECK_EQUAL(place.depth(), 2u);
  place.hold(false);
  place.dispatch(10);
  check_heard({11, 1, 2});
}

CAF_TEST(an_actor_may_hold_its_seat_from_its_very_beginning) {
  auto held = [](runtime::pinned_actor*, runtime::seat* where, std::vector<int>* numbers) -> caf::behavior {
    where->hold(true);
    return {[=](int number) { numbers->push_back(number); }};
  };
  push({1});
  place.occupy(spawn(held, &place, &heard));
  place.dispatch(10);
  check_heard({});
  push({11}, mail_class::rebuilding);
  place.dispatch(10);
  check_heard({11});
}

CAF_TEST(the_message_that_ended_an_actor_is_the_first_of_its_successor) {
  seat_another();
  push({1, -2, 3});
  CAF_CHECK(!place.dispatch(10));
  check_heard({1, -2});
  CAF_CHECK(!place.occupant());
  CAF_CHECK_EQUAL(place.depth(), 2u);
  run();
  seat_another();
  place.dispatch(10);
  check_heard({1, -2, -2});
}

CAF_TEST(a_message_that_ends_two_actors_is_refused_and_the_rest_goes_on) {
  std::vector<int> refused;
  place.on_refused([&](const caf::mailbox_element& mail) { refused.push_back(number_in(mail)); });
  push({-1, 2});
  for (auto i = 0; i < 3; ++i) {
    seat_another();
    place.dispatch(10);
    run();
  }
  check_heard({-1, -1, 2});
  CAF_CHECK_EQUAL(refused, std::vector<int>{-1});
  CAF_CHECK_EQUAL(place.refused(), 1u);
  CAF_CHECK_EQUAL(place.handled(), 1u);
}

CAF_TEST(a_handler_may_post_to_its_own_seat) {
  place.occupy(spawn(self_poster, &place, &heard));
  push({1, 2});
  place.dispatch(10);
  check_heard({1, 2, 101, 102});
}

CAF_TEST(what_a_failing_handler_posted_is_behind_the_message_that_failed) {
  place.occupy(spawn(self_poster, &place, &heard));
  push({3, 4});
  place.dispatch(10);
  seat_another();
  place.dispatch(10);
  check_heard({3, 3, 4, 103});
}

CAF_TEST(an_actor_that_ends_by_itself_has_handled_its_last_message) {
  seat_another();
  place.push(caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, std::string{"quit"}), mail_class::ordinary);
  push({1});
  place.dispatch(10);
  check_heard({});
  CAF_CHECK_EQUAL(place.depth(), 1u);
  seat_another();
  place.dispatch(10);
  check_heard({1});
}

CAF_TEST(mail_outlives_an_actor_that_was_told_to_end) {
  seat_another();
  auto first = place.occupant();
  caf::anon_send_exit(first, caf::exit_reason::user_shutdown);
  run();
  push({1, 2});
  place.dispatch(10);
  check_heard({});
  seat_another();
  place.dispatch(10);
  check_heard({1, 2});
}

CAF_TEST(a_failure_outside_of_the_seat_is_not_held_against_the_mail_that_waits) {
  seat_another();
  caf::anon_send(place.occupant(), -1);
  run();
  heard.clear();
  push({-2});
  for (auto i = 0; i < 3; ++i) {
    place.dispatch(10);
    run();
    seat_another();
  }
  check_heard({-2, -2});
  CAF_CHECK_EQUAL(place.refused(), 1u);
}

CAF_TEST(the_next_message_of_a_faulty_actor_fails_without_an_effect) {
  auto faulty = [](runtime::pinned_actor* actor, std::vector<int>* numbers) -> caf::behavior {
    return {
      [=](int number) { numbers->push_back(number); },
      [=](const std::string&) { runtime::become_faulty(actor); },
    };
  };
  place.occupy(spawn(faulty, &heard));
  push({1});
  place.push(caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, std::string{"crash"}),
             mail_class::ordinary);
  push({2, 3});
  place.dispatch(10);
  check_heard({1});
  seat_another();
  place.dispatch(10);
  check_heard({1, 2, 3});
}

CAF_TEST_FIXTURE_SCOPE_END()
