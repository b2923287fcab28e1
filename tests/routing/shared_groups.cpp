#define CAF_SUITE routing_shared_groups

#include <caf/test/unit_test.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "routing/subscription_index.hpp"
#include "tests/routing/failing_memory.hpp"
#include "tests/routing/generator.hpp"

using namespace troupe;
using config::share_strategy;

namespace {

constexpr session_ref alice{1, 1, 0};
constexpr session_ref bob{2, 1, 1};
constexpr session_ref carol{3, 1, 1};
constexpr std::array everyone{alice, bob, carol};
constexpr std::array strategies{share_strategy::round_robin, share_strategy::random, share_strategy::hash_clientid,
                                share_strategy::hash_topic,  share_strategy::sticky, share_strategy::local};

subscription to(std::string_view filter) { return {shared_text{filter}, {.maximum_qos = qos::at_least_once}, 4}; }

/// An index with one group of three.
struct fixture {
  explicit fixture(share_strategy strategy, std::uint64_t seed = 0) : index{strategy, seed} {
    for (auto who : everyone) index.insert(to("$share/workers/jobs/#"), who);
  }

  session_ref chosen(std::string_view topic = "jobs/1", origin from = {}) {
    index.match(topic, from, result);
    return result.shared().size() == 1 ? result.shared()[0].to.session : session_ref{};
  }

  std::map<session_ref, int> counts(int times) {
    std::map<session_ref, int> seen;
    for (auto i = 0; i < times; ++i) ++seen[chosen("jobs/" + std::to_string(i), {{}, static_cast<std::uint32_t>(i)})];
    return seen;
  }

  /// How many of so many messages one member gets.
  int count(session_ref who, int times) { return counts(times)[who]; }

  subscription_index index;
  match_result result;
};

}  // namespace

CAF_TEST(a_match_names_the_group_and_what_the_member_asked_for) {
  fixture with{share_strategy::round_robin};
  with.index.match("jobs/1", {}, with.result);
  CAF_REQUIRE_EQUAL(with.result.shared().size(), 1u);
  const auto& seen = with.result.shared()[0];
  CAF_CHECK_EQUAL(seen.group.view(), std::string_view{"$share/workers/jobs/#"});
  CAF_CHECK(seen.to.maximum_qos == qos::at_least_once);
  CAF_CHECK_EQUAL(seen.to.identifier, 4u);
  CAF_CHECK(with.result.targets().empty());
}

CAF_TEST(a_session_gets_a_copy_of_its_own_subscription_and_one_of_each_group_it_is_chosen_for) {
  subscription_index index;
  for (auto filter : {"jobs", "$share/a/jobs", "$share/b/+"}) index.insert(to(filter), alice);
  match_result result;
  index.match("jobs", {}, result);
  CAF_CHECK_EQUAL(result.targets().size(), 1u);
  CAF_CHECK_EQUAL(result.shared().size(), 2u);
  CAF_CHECK_EQUAL(index.size(), 3u);
}

CAF_TEST(round_robin_gives_everyone_the_same) {
  fixture with{share_strategy::round_robin};
  for (auto [who, count] : with.counts(300)) CAF_CHECK_EQUAL(count, 100);
}

CAF_TEST(random_and_the_hashes_give_everyone_something) {
  for (auto strategy : {share_strategy::random, share_strategy::hash_clientid, share_strategy::hash_topic}) {
    fixture with{strategy};
    auto seen = with.counts(900);
    CAF_CHECK_EQUAL(seen.size(), 3u);
    for (auto [who, count] : seen) CAF_CHECK(count > 200 && count < 400);
  }
}

CAF_TEST(hash_clientid_keeps_to_the_publisher_and_hash_topic_to_the_topic) {
  fixture by_client{share_strategy::hash_clientid};
  fixture by_topic{share_strategy::hash_topic};
  std::set<session_ref> for_topics;
  for (auto i = 0; i < 50; ++i) {
    auto topic = "jobs/" + std::to_string(i);
    for_topics.insert(by_topic.chosen(topic));
    CAF_CHECK(by_topic.chosen(topic, {bob, 1}) == by_topic.chosen(topic, {alice, 2}));
    CAF_CHECK(by_client.chosen(topic, {bob, 17}) == by_client.chosen("jobs/x", {alice, 17}));
  }
  CAF_CHECK_EQUAL(for_topics.size(), 3u);
}

CAF_TEST(sticky_keeps_to_one_member_until_it_leaves) {
  fixture with{share_strategy::sticky};
  auto first = with.chosen();
  CAF_CHECK_EQUAL(with.count(first, 50), 50);
  with.index.erase("$share/workers/jobs/#", first);
  auto second = with.chosen();
  CAF_CHECK(second && second != first);
  CAF_CHECK_EQUAL(with.count(second, 50), 50);
}

CAF_TEST(local_takes_turns_among_the_members_on_the_publishers_loop) {
  fixture with{share_strategy::local};
  std::map<session_ref, int> seen;
  for (auto i = 0; i < 10; ++i) ++seen[with.chosen("jobs/1", {{9, 1, 1}, 0})];
  CAF_CHECK_EQUAL(seen[bob], 5);
  CAF_CHECK_EQUAL(seen[carol], 5);
  CAF_CHECK_EQUAL(with.counts(30).size(), 3u);
  CAF_CHECK(with.chosen("jobs/1", {{9, 1, 3}, 0}));
}

CAF_TEST(shards_that_know_the_same_members_choose_alike_by_hash) {
  for (auto strategy : {share_strategy::hash_clientid, share_strategy::hash_topic, share_strategy::sticky}) {
    fixture one{strategy, 1};
    subscription_index other{strategy, 2};
    for (auto who : {carol, alice, bob}) other.insert(to("$share/workers/jobs/#"), who);
    match_result result;
    for (std::uint32_t i = 0; i < 100; ++i) {
      auto topic = "jobs/" + std::to_string(i);
      other.match(topic, {{}, i}, result);
      CAF_CHECK(result.shared()[0].to.session == one.chosen(topic, {{}, i}));
    }
  }
}

CAF_TEST(a_member_that_leaves_moves_only_its_own_share) {
  fixture with{share_strategy::hash_topic};
  std::map<std::string, session_ref> before;
  for (auto i = 0; i < 200; ++i) before["jobs/" + std::to_string(i)] = with.chosen("jobs/" + std::to_string(i));
  with.index.erase("$share/workers/jobs/#", bob);
  for (const auto& [topic, who] : before) CAF_CHECK(who == bob || with.chosen(topic) == who);
}

CAF_TEST(members_without_a_connection_are_chosen_only_when_there_is_no_other) {
  for (auto strategy : strategies) {
    fixture with{strategy};
    with.index.set_connected(alice, false);
    with.index.set_connected(bob, false);
    with.index.set_connected(bob, false);
    CAF_CHECK_EQUAL(with.count(carol, 60), 60);
    with.index.set_connected(carol, false);
    CAF_CHECK(with.chosen());
    with.index.set_connected(bob, true);
    CAF_CHECK_EQUAL(with.count(bob, 60), 60);
    with.index.erase("$share/workers/jobs/#", bob);
    CAF_CHECK(with.chosen() && with.chosen() != bob);
  }
}

CAF_TEST(a_session_without_a_connection_counts_as_such_in_a_group_it_is_added_to) {
  fixture with{share_strategy::round_robin};
  with.index.set_connected(alice, false);
  with.index.insert(to("$share/others/jobs/#"), alice);
  with.index.insert(to("$share/others/jobs/#"), bob);
  for (auto i = 0; i < 4; ++i) {
    with.index.match("jobs/1", {}, with.result);
    for (const auto& each : with.result.shared()) CAF_CHECK(each.to.session != alice);
  }
}

CAF_TEST(another_member_takes_what_one_left_behind) {
  for (auto strategy : strategies) {
    fixture with{strategy};
    auto first = with.chosen();
    std::vector<session_ref> refused{first};
    auto second = with.index.choose_another("$share/workers/jobs/#", "jobs/1", {}, refused);
    CAF_REQUIRE(second && second->to.session != first);
    refused.push_back(second->to.session);
    auto third = with.index.choose_another(second->group, "jobs/1", {}, refused);
    CAF_REQUIRE(third && third->to.session != first && third->to.session != second->to.session);
    refused.push_back(third->to.session);
    CAF_CHECK(!with.index.choose_another(second->group, "jobs/1", {}, refused));
    CAF_CHECK(!with.index.choose_another("$share/gone/jobs/#", "jobs/1", {}, {}));
  }
}

CAF_TEST(another_member_without_a_connection_is_better_than_none) {
  fixture with{share_strategy::round_robin};
  with.index.set_connected(bob, false);
  with.index.set_connected(carol, false);
  auto other = with.index.choose_another("$share/workers/jobs/#", "jobs/1", {}, std::array{alice});
  CAF_CHECK(other && other->to.session != alice);
}

CAF_TEST(groups_come_and_go_with_their_members) {
  subscription_index index;
  match_result result;
  for (auto round = 0; round < 3; ++round) {
    for (auto filter : {"$share/a/x/+", "$share/b/x/+", "$share/a/x/y", "$share/c/x/+/#"})
      for (auto who : everyone) CAF_CHECK(index.insert(to(filter), who));
    index.match("x/y", {}, result);
    CAF_CHECK_EQUAL(result.shared().size(), 4u);
    for (auto filter : {"$share/b/x/+", "$share/a/x/+", "$share/c/x/+/#", "$share/a/x/y"})
      for (auto who : everyone) CAF_CHECK(index.erase(filter, who));
    index.match("x/y", {}, result);
    CAF_CHECK(result.empty());
    CAF_CHECK_EQUAL(index.size(), 0u);
    CAF_CHECK_EQUAL(index.filters(), 0u);
  }
  CAF_CHECK(!index.erase("$share/a/x/y", alice));
}

CAF_TEST(without_memory_an_insert_leaves_the_groups_as_they_were) {
  subscription_index index;
  match_result result;
  std::size_t expected = 0;
  for (auto filter : {"$share/a/x", "$share/b/x", "$share/a/+/y", "$share/a/+", "$share/a/+/#"})
    for (auto who : everyone) {
      auto failures = tests::with_every_allocation_failing([&] { index.insert(to(filter), who); },
                                                           [&] {
                                                             CAF_REQUIRE_EQUAL(index.size(), expected);
                                                             index.set_connected(who, false);  // nothing is left of it
                                                             index.set_connected(who, true);
                                                           });
      CAF_CHECK(failures > 0);
      ++expected;
    }
  index.match("x", {}, result);
  CAF_CHECK_EQUAL(result.shared().size(), 4u);
  index.match("x/y", {}, result);
  CAF_CHECK_EQUAL(result.shared().size(), 2u);
}
