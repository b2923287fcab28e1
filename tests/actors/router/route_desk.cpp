#define CAF_SUITE actors_router_route_desk

#include "actors/router/route_desk.hpp"

#include <caf/all.hpp>

#include "routing/topic.hpp"
#include "tests/actors/fixtures/client.hpp"
#include "tests/actors/fixtures/test_office.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using runtime::role;

namespace {

constexpr std::uint32_t own_loop = 1;
constexpr session_ref ann{.slot = 1, .generation = 1, .loop = own_loop};
constexpr session_ref bob{.slot = 2, .generation = 1, .loop = own_loop};

struct fixture {
  /// A topic of that shard.
  std::string topic(std::uint32_t shard, int number = 0) {
    auto name = "topic";
    for (auto i = 0;; ++i)
      if (auto result = name + std::to_string(i); shard_of(result, office.loops()) == shard && number-- == 0)
        return result;
  }
  void publish(std::uint32_t shard, std::uint32_t ticket, session_ref who = ann) {
    desk.route({.body = publication::make({.topic = topic(shard), .payload = bytes(std::to_string(ticket))}),
                .ticket = ticket,
                .bytes = 100 + ticket,
                .qos = qos::at_least_once},
               who);
  }
  /// What left for a shard in the oldest batch there.
  batch_id take_batch(std::uint32_t shard, std::vector<std::string> payloads) {
    auto batch = office.demand<route>(shard, role::shard).batch;
    std::vector<std::string> found;
    for (auto& each : batch->publications) found.push_back(text(each->payload()));
    CAF_CHECK_EQUAL(found, payloads);
    return batch->id;
  }
  static std::vector<std::uint32_t> tickets(const std::optional<route_desk::routed_batch>& of) {
    std::vector<std::uint32_t> result;
    for (auto& each : of->waiting_for) result.push_back(each.result.ticket);
    return result;
  }

  test_office office{3};
  route_desk desk{office, own_loop};
  const std::vector<route_result> two_matched{route_result::matched, route_result::matched};
};

using numbers = std::vector<std::uint32_t>;

}  // namespace

CAF_TEST_FIXTURE_SCOPE(route_desk_tests, fixture)

CAF_TEST(a_turn_makes_one_batch_for_each_shard_in_the_order_published) {
  publish(0, 1);
  publish(2, 2);
  publish(0, 3, bob);
  CAF_CHECK(office.letters().empty());
  CAF_CHECK(desk.flush());
  CAF_CHECK_EQUAL(office.letters().size(), 2u);
  auto first = take_batch(0, {"1", "3"});
  auto second = take_batch(2, {"2"});
  CAF_CHECK_EQUAL(first.loop, own_loop);
  CAF_CHECK_NOT_EQUAL(first.number, second.number);
  CAF_CHECK(first.number != 0 && second.number != 0);
  CAF_CHECK_EQUAL(desk.batches_under_way(), 2u);
}

CAF_TEST(a_turn_without_publications_sends_nothing) {
  CAF_CHECK(!desk.flush());
  publish(0, 1);
  desk.flush();
  CAF_CHECK(!desk.flush());
  CAF_CHECK_EQUAL(office.letters().size(), 1u);
}

CAF_TEST(a_batch_that_has_left_does_not_grow) {
  publish(0, 1);
  desk.flush();
  publish(0, 2);
  desk.flush();
  take_batch(0, {"1"});
  take_batch(0, {"2"});
}

CAF_TEST(a_batch_is_answered_when_all_its_deliveries_have) {
  publish(0, 1);
  publish(0, 2, bob);
  desk.flush();
  auto id = take_batch(0, {"1", "2"});
  CAF_CHECK(!desk.answered(dispatched{id, 2, two_matched}));
  CAF_CHECK(!desk.answered(delivered{id}));
  auto complete = desk.answered(delivered{id});
  CAF_REQUIRE_EQUAL(tickets(complete), (numbers{1, 2}));
  CAF_CHECK(complete->waiting_for[0].publisher == ann);
  CAF_CHECK(complete->waiting_for[1].publisher == bob);
  CAF_CHECK_EQUAL(complete->waiting_for[1].result.bytes, 102u);
  CAF_CHECK(complete->waiting_for[1].result.matched);
  CAF_CHECK(complete->waiting_for[1].result.refused == mqtt::reason::success);
  CAF_CHECK_EQUAL(desk.batches_under_way(), 0u);
}

CAF_TEST(deliveries_may_answer_before_the_shard_does) {
  publish(0, 1);
  desk.flush();
  auto id = take_batch(0, {"1"});
  CAF_CHECK(!desk.answered(delivered{id}));
  CAF_CHECK(!desk.answered(delivered{id}));
  CAF_CHECK_EQUAL(tickets(desk.answered(dispatched{id, 2, {route_result::matched}})), numbers{1});
}

CAF_TEST(a_batch_without_receivers_is_answered_by_the_shard_alone) {
  publish(0, 1);
  publish(0, 2);
  publish(0, 3);
  desk.flush();
  auto id = take_batch(0, {"1", "2", "3"});
  auto complete =
    desk.answered(dispatched{id, 0, {route_result::no_subscribers, route_result::refused, route_result::matched}});
  CAF_REQUIRE_EQUAL(complete->waiting_for.size(), 3u);
  CAF_CHECK(!complete->waiting_for[0].result.matched);
  CAF_CHECK(complete->waiting_for[0].result.refused == mqtt::reason::success);
  CAF_CHECK(complete->waiting_for[1].result.refused == mqtt::reason::unspecified_error);
  CAF_CHECK(complete->waiting_for[2].result.matched);
}

CAF_TEST(batches_are_answered_in_any_order) {
  std::vector<batch_id> ids;
  for (std::uint32_t ticket = 1; ticket <= 3; ++ticket) {
    publish(0, ticket);
    desk.flush();
    ids.push_back(take_batch(0, {std::to_string(ticket)}));
  }
  for (auto index : {2u, 0u, 1u})
    CAF_CHECK_EQUAL(tickets(desk.answered(dispatched{ids[index], 0, {route_result::matched}})), numbers{index + 1});
  CAF_CHECK_EQUAL(desk.batches_under_way(), 0u);
}

CAF_TEST(unknown_and_repeated_answers_are_ignored) {
  publish(0, 1);
  desk.flush();
  auto id = take_batch(0, {"1"});
  CAF_CHECK(!desk.answered(delivered{{own_loop, 99}}));
  CAF_CHECK(!desk.answered(dispatched{{own_loop, 99}, 0, {}}));
  desk.answered(dispatched{id, 1, {route_result::matched}});
  CAF_CHECK(!desk.answered(dispatched{id, 0, {route_result::matched}}));
  CAF_CHECK_EQUAL(desk.answered(delivered{id})->waiting_for.size(), 1u);
  CAF_CHECK(!desk.answered(delivered{id}));
}

CAF_TEST(results_that_are_missing_leave_the_rest_unharmed) {
  publish(0, 1);
  publish(0, 2);
  desk.flush();
  auto id = take_batch(0, {"1", "2"});
  CAF_CHECK_EQUAL(desk.answered(dispatched{id, 0, {route_result::refused}})->waiting_for.size(), 2u);
}

CAF_TEST_FIXTURE_SCOPE_END()
