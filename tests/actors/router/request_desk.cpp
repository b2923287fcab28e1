#define CAF_SUITE actors_router_request_desk

#include "actors/router/request_desk.hpp"

#include <caf/all.hpp>

#include "routing/topic.hpp"
#include "tests/actors/fixtures/test_office.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using runtime::role;

namespace {

constexpr session_ref ann{.slot = 1, .generation = 1, .loop = 0};
constexpr session_ref bob{.slot = 2, .generation = 1, .loop = 0};
using filters = std::vector<std::string>;

struct fixture {
  std::string topic(std::uint32_t shard) {
    for (auto i = 0;; ++i)
      if (auto result = "topic" + std::to_string(i); shard_of(result, office.loops()) == shard) return result;
  }
  void ask(std::uint32_t ticket, const filters& wanted, session_ref who = ann) {
    session::subscribe_request request{.ticket = ticket, .again = false, .entries = {}};
    for (auto& each : wanted) request.entries.push_back({{shared_text{each}, {}, 0}, each.size() % 2 == 0});
    desk.ask(who, std::move(request));
  }
  filters asked_of(std::uint32_t shard, std::uint32_t ticket) {
    auto found = office.demand<subscribe>(shard, role::shard);
    CAF_CHECK_EQUAL(found.ticket, ticket);
    CAF_CHECK(found.session == ann);
    filters result;
    for (auto& each : found.entries) {
      CAF_CHECK_EQUAL(each.is_new, each.what.filter.view().size() % 2 == 0);
      result.emplace_back(each.what.filter.view());
    }
    return result;
  }

  /// Whether that was the last answer of its request, and a yes.
  bool granted(session_ref who, std::uint32_t ticket, bool refused = false) {
    return desk.answered(who, ticket, refused) == request_desk::progress::granted;
  }

  test_office office{3};
  request_desk desk{office};
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(request_desk_tests, fixture)

CAF_TEST(an_exact_filter_is_asked_of_the_shard_of_its_topic) {
  ask(7, {topic(2), topic(0), "$share/g/" + topic(2)});
  CAF_CHECK_EQUAL(asked_of(0, 7), filters{topic(0)});
  CAF_CHECK_EQUAL(asked_of(2, 7).size(), 2u);
  CAF_CHECK(office.letters().empty());
  CAF_CHECK(!granted(ann, 7));
  CAF_CHECK(granted(ann, 7));
  CAF_CHECK_EQUAL(desk.requests_under_way(), 0u);
}

CAF_TEST(a_filter_with_wildcards_is_asked_of_every_shard) {
  ask(1, {"a/+", "b/#", topic(1)});
  CAF_CHECK_EQUAL(asked_of(0, 1), (filters{"a/+", "b/#"}));
  CAF_CHECK_EQUAL(asked_of(1, 1), (filters{"a/+", "b/#", topic(1)}));
  CAF_CHECK_EQUAL(asked_of(2, 1), (filters{"a/+", "b/#"}));
  CAF_CHECK(!granted(ann, 1));
  CAF_CHECK(!granted(ann, 1));
  CAF_CHECK(granted(ann, 1));
}

CAF_TEST(a_shared_filter_lives_where_its_topic_does) {
  auto shared = "$share/group/" + topic(1);
  ask(1, {shared});
  CAF_CHECK_EQUAL(asked_of(1, 1), filters{shared});
  CAF_CHECK(office.letters().empty());
}

CAF_TEST(unsubscribing_takes_the_same_ways) {
  desk.ask(ann, session::unsubscribe_request{3, {shared_text{"a/+"}, shared_text{topic(1)}}});
  CAF_CHECK_EQUAL(office.demand<unsubscribe>(0, role::shard).filters.size(), 1u);
  CAF_CHECK_EQUAL(office.demand<unsubscribe>(1, role::shard).filters.size(), 2u);
  CAF_CHECK_EQUAL(office.demand<unsubscribe>(2, role::shard).ticket, 3u);
  CAF_CHECK_EQUAL(desk.requests_under_way(), 1u);
}

CAF_TEST(a_request_without_a_ticket_waits_for_no_answer) {
  desk.ask(ann, session::unsubscribe_request{0, {shared_text{"a/+"}}});
  CAF_CHECK_EQUAL(office.letters().size(), 3u);
  CAF_CHECK_EQUAL(desk.requests_under_way(), 0u);
}

CAF_TEST(answers_come_in_any_order_and_belong_to_session_and_ticket) {
  ask(1, {topic(0), topic(1)});
  ask(2, {topic(0)});
  ask(1, {topic(2)}, bob);
  CAF_CHECK(granted(ann, 2));
  CAF_CHECK(!granted(ann, 1));
  CAF_CHECK(granted(bob, 1));
  CAF_CHECK(granted(ann, 1));
  CAF_CHECK_EQUAL(desk.requests_under_way(), 0u);
}

CAF_TEST(unknown_answers_are_ignored) {
  CAF_CHECK(!granted(ann, 1));
  ask(1, {topic(0)});
  CAF_CHECK(!granted(ann, 2));
  CAF_CHECK(!granted(bob, 1));
  CAF_CHECK(granted(ann, 1));
  CAF_CHECK(!granted(ann, 1));
}

CAF_TEST(one_refusal_refuses_the_whole_request) {
  ask(1, {"a/+"});
  CAF_CHECK(desk.answered(ann, 1, false) == request_desk::progress::waiting);
  CAF_CHECK(desk.answered(ann, 1, true) == request_desk::progress::waiting);
  CAF_CHECK(desk.answered(ann, 1, false) == request_desk::progress::refused);
  CAF_CHECK_EQUAL(desk.requests_under_way(), 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
