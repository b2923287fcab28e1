#define CAF_SUITE routing_subscription_index

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "routing/subscription_index.hpp"
#include "routing/topic.hpp"
#include "tests/routing/failing_memory.hpp"
#include "tests/routing/generator.hpp"

using namespace troupe;

namespace {

constexpr session_ref alice{1, 1, 0};
constexpr session_ref bob{2, 1, 1};
constexpr session_ref carol{1, 1, 2};

subscription to(std::string_view filter, qos maximum = qos::at_most_once, std::uint32_t identifier = 0) {
  return {shared_text{filter}, {.maximum_qos = maximum}, identifier};
}

/// Every subscription in a map, and the standard's rules applied one by one.
struct model {
  std::map<std::pair<std::string, session_ref>, subscription> subscriptions;

  struct receiver {
    qos maximum = qos::at_most_once;
    bool retain_as_published = false;
    std::vector<std::uint32_t> identifiers;
    friend bool operator==(const receiver&, const receiver&) = default;
  };
  using receivers = std::map<session_ref, receiver>;

  receivers match(std::string_view topic, session_ref publisher) const {
    receivers result;
    for (const auto& [key, each] : subscriptions) {
      if (!matches(key.first, topic) || (each.options.no_local && key.second == publisher)) continue;
      auto& to = result[key.second];
      to.maximum = std::max(to.maximum, each.options.maximum_qos);
      to.retain_as_published |= each.options.retain_as_published;
      if (each.identifier != 0) to.identifiers.push_back(each.identifier);
    }
    for (auto& [who, to] : result) std::ranges::sort(to.identifiers);
    return result;
  }
};

/// What an index answers, in the model's form; checks the order of the answer on the way.
model::receivers answer(subscription_index& index, std::string_view topic, session_ref publisher) {
  match_result result;
  index.match(topic, {publisher, 0}, result);
  if (!std::ranges::is_sorted(result.targets(), {}, &target::session)) CAF_FAIL("not sorted");
  model::receivers receivers;
  for (const auto& each : result.targets()) {
    auto [at, added] = receivers.try_emplace(each.session);
    if (!added) CAF_FAIL("a session twice");
    at->second = {each.maximum_qos, each.retain_as_published, {}};
    if (each.identifier != 0) at->second.identifiers.push_back(each.identifier);
  }
  for (const auto& each : result.identifiers()) {
    if (!std::ranges::find(result.targets(), each.session, &target::session)->more_identifiers) CAF_FAIL("no flag");
    receivers.at(each.session).identifiers.push_back(each.identifier);
  }
  for (auto& [who, receiver] : receivers) std::ranges::sort(receiver.identifiers);
  return receivers;
}

}  // namespace

CAF_TEST(a_topic_finds_its_exact_and_its_wildcard_filters) {
  subscription_index index;
  CAF_CHECK(index.insert(to("sport/tennis"), alice));
  CAF_CHECK(index.insert(to("sport/+"), bob));
  CAF_CHECK(index.insert(to("sport/#"), carol));
  CAF_CHECK_EQUAL(answer(index, "sport/tennis", {}).size(), 3u);
  CAF_CHECK_EQUAL(answer(index, "sport/golf", {}).size(), 2u);
  CAF_CHECK_EQUAL(answer(index, "sport", {}).size(), 1u);
  CAF_CHECK_EQUAL(answer(index, "sports", {}).size(), 0u);
  CAF_CHECK_EQUAL(index.size(), 3u);
  CAF_CHECK_EQUAL(index.filters(), 3u);
}

// [MQTT-3.8.4-3]
CAF_TEST(a_subscription_with_the_same_filter_replaces_the_former) {
  subscription_index index;
  for (auto filter : {"a/b", "a/+", "$share/g/a"}) {
    CAF_CHECK(index.insert(to(filter, qos::at_most_once, 1), alice));
    CAF_CHECK(!index.insert(to(filter, qos::exactly_once, 2), alice));
  }
  CAF_CHECK_EQUAL(index.size(), 3u);
  auto seen = answer(index, "a/b", {}).at(alice);
  CAF_CHECK(seen.maximum == qos::exactly_once);
  CAF_CHECK(seen.identifiers == (std::vector<std::uint32_t>{2, 2}));
}

// [MQTT-3.3.4-2] [MQTT-3.3.4-3] [MQTT-3.3.4-4]
CAF_TEST(overlapping_filters_bring_one_copy_at_the_highest_QoS) {
  subscription_index index;
  index.insert(to("a/b", qos::at_least_once, 7), alice);
  index.insert(to("a/+", qos::exactly_once), alice);
  index.insert(to("#", qos::at_most_once, 9), alice);
  match_result result;
  index.match("a/b", {}, result);
  CAF_REQUIRE_EQUAL(result.targets().size(), 1u);
  CAF_CHECK(result.targets()[0].maximum_qos == qos::exactly_once);
  CAF_CHECK(result.targets()[0].more_identifiers);
  CAF_CHECK_EQUAL(result.targets()[0].identifier + result.identifiers()[0].identifier, 16u);
}

// [MQTT-3.8.3-3]
CAF_TEST(no_local_is_judged_for_each_filter) {
  subscription_index index;
  auto silent = to("a/b", qos::exactly_once, 1);
  silent.options.no_local = true;
  index.insert(silent, alice);
  index.insert(silent, bob);
  CAF_CHECK_EQUAL(answer(index, "a/b", alice).count(alice), 0u);
  CAF_CHECK_EQUAL(answer(index, "a/b", alice).count(bob), 1u);
  CAF_CHECK_EQUAL(answer(index, "a/b", carol).size(), 2u);
  index.insert(to("a/+", qos::at_least_once, 2), alice);
  auto seen = answer(index, "a/b", alice).at(alice);
  CAF_CHECK(seen.maximum == qos::at_least_once);
  CAF_CHECK(seen.identifiers == std::vector<std::uint32_t>{2});
}

CAF_TEST(an_erased_filter_is_gone_and_leaves_its_relatives) {
  subscription_index index;
  for (auto filter : {"a", "a/#", "a/+/c", "a/+"}) index.insert(to(filter), alice);
  CAF_CHECK(!index.erase("a/+/c", bob));
  CAF_CHECK(!index.erase("a/+/d", alice));
  CAF_CHECK(!index.erase("+/#", alice));
  CAF_CHECK(index.erase("a/+", alice));
  CAF_CHECK(!index.erase("a/+", alice));
  CAF_CHECK_EQUAL(answer(index, "a/b/c", {}).size(), 1u);
  CAF_CHECK(index.erase("a/#", alice));
  CAF_CHECK_EQUAL(answer(index, "a/b/c", {}).size(), 1u);
  CAF_CHECK(index.erase("a/+/c", alice));
  CAF_CHECK_EQUAL(answer(index, "a/b/c", {}).size(), 0u);
  CAF_CHECK_EQUAL(index.filters(), 1u);
}

CAF_TEST(it_agrees_with_brute_force_through_random_subscribing_and_unsubscribing) {
  for (std::uint32_t seed = 0; seed < 6; ++seed) {
    tests::generator random{seed};
    subscription_index index{config::share_strategy::round_robin, seed};
    model expected;
    for (auto round = 0; round < 2'000; ++round) {
      auto who = random.session(seed < 3 ? 3 : 40);
      auto what = to(random.filter(4), static_cast<qos>(random.below(3)), random.below(3) * random.below(100));
      what.options.no_local = random.chance(30);
      what.options.retain_as_published = random.chance(30);
      auto key = std::pair{std::string{what.filter.view()}, who};
      if (random.chance(round % 1'000 < 500 ? 70 : 30)) {
        if (index.insert(what, who) == expected.subscriptions.contains(key)) CAF_FAIL("insert " << key.first);
        expected.subscriptions.insert_or_assign(key, what);
      } else if (index.erase(key.first, who) != (expected.subscriptions.erase(key) == 1)) {
        CAF_FAIL("erase " << key.first);
      }
      auto topic = random.topic(5);
      auto publisher = random.session(3);
      if (answer(index, topic, publisher) != expected.match(topic, publisher)) CAF_FAIL("match " << topic);
    }
    CAF_CHECK_EQUAL(index.size(), expected.subscriptions.size());
    for (const auto& [key, what] : expected.subscriptions) CAF_REQUIRE(index.erase(key.first, key.second));
    CAF_CHECK_EQUAL(index.size(), 0u);
    CAF_CHECK_EQUAL(index.filters(), 0u);
  }
}

CAF_TEST(a_filter_of_thousands_of_subscribers_and_one_of_a_few_give_each_session_once) {
  subscription_index index;
  for (std::uint32_t i = 0; i < 3'000; ++i)
    index.insert(to("news"), {i * 7919 % 3'000, 1, static_cast<std::uint8_t>(i % 4)});
  for (std::uint32_t i = 0; i < 3'000; i += 100)
    index.insert(to("+", qos::exactly_once), {i * 7919 % 3'000, 1, static_cast<std::uint8_t>(i % 4)});
  auto seen = answer(index, "news", {});
  CAF_CHECK_EQUAL(seen.size(), 3'000u);
  CAF_CHECK_EQUAL(
    std::ranges::count_if(seen, [](const auto& each) { return each.second.maximum == qos::exactly_once; }), 30);
}

CAF_TEST(each_loop_gets_its_own_part) {
  subscription_index index;
  for (auto filter : {"a", "+", "$share/g/a"}) index.insert(to(filter, qos::at_most_once, 3), bob);
  index.insert(to("a"), alice);
  index.insert(to("$share/h/a"), carol);
  match_result result;
  index.match("a", {}, result);
  std::vector<std::string> seen;
  result.for_each_loop([&](const match_result::part& part) {
    seen.push_back(std::to_string(part.loop) + ':' + std::to_string(part.targets.size()) +
                   std::to_string(part.shared.size()) + std::to_string(part.identifiers.size()));
  });
  CAF_CHECK(seen == (std::vector<std::string>{"0:100", "1:111", "2:010"}));
}

CAF_TEST(a_match_that_finds_nobody_is_empty_whatever_was_found_before) {
  subscription_index index;
  index.insert(to("a"), alice);
  index.insert(to("$share/g/a"), bob);
  match_result result;
  index.match("a", {}, result);
  CAF_CHECK(!result.empty());
  index.match("b", {}, result);
  CAF_CHECK(result.empty());
  result.for_each_loop([](const match_result::part&) { CAF_FAIL("a part of nothing"); });
}

CAF_TEST(a_topic_of_as_many_levels_as_there_may_be_is_matched_without_recursion) {
  subscription_index index;
  auto deep = std::string(65'535, '/');
  index.insert(to(deep), alice);
  std::string plus;
  for (auto i = 0; i < 32'767; ++i) plus += "+/";
  index.insert(to(plus + '#'), bob);
  CAF_CHECK_EQUAL(answer(index, deep, {}).size(), 2u);
  CAF_CHECK(index.erase(plus + '#', bob));
}

CAF_TEST(without_memory_an_insert_leaves_the_index_as_it_was) {
  tests::generator random{11};
  subscription_index index;
  model expected;
  std::size_t failures = 0;
  for (auto round = 0; round < 1'500; ++round) {
    auto who = random.session(3);
    auto what = to((random.chance(20) ? "$share/g/" : "") + random.filter(4));
    auto key = std::pair{std::string{what.filter.view()}, who};
    auto added = false;
    auto filters = index.filters();
    failures += tests::with_every_allocation_failing([&] { added = index.insert(what, who); },
                                                     [&] {
                                                       CAF_REQUIRE_EQUAL(index.size(), expected.subscriptions.size());
                                                       CAF_REQUIRE_EQUAL(index.filters(), filters);
                                                     });
    CAF_REQUIRE_EQUAL(added, expected.subscriptions.emplace(key, what).second);
  }
  CAF_CHECK(failures > 300);
  auto normal = model{};
  for (const auto& each : expected.subscriptions)
    if (!split_share(each.first.first)) normal.subscriptions.insert(each);
  for (const auto& topic : tests::all_topics(3)) CAF_REQUIRE(answer(index, topic, {}) == normal.match(topic, {}));
  for (const auto& [key, what] : expected.subscriptions) CAF_REQUIRE(index.erase(key.first, key.second));
  CAF_CHECK_EQUAL(index.filters(), 0u);
}
