#define CAF_SUITE routing_retained_index

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "routing/retained_index.hpp"
#include "routing/topic.hpp"
#include "tests/routing/failing_memory.hpp"
#include "tests/routing/generator.hpp"

using namespace troupe;
using outcome = retained_index::outcome;

namespace {

constexpr auto start = time_point{};
constexpr auto never = time_point::max();

publication_ptr message(std::string_view topic, std::string_view payload, time_point expires = never) {
  publication::parts parts;
  parts.topic = topic;
  parts.payload = std::as_bytes(std::span{payload});
  parts.retain = true;
  parts.expires = expires;
  return publication::make(parts);
}

std::string payload_of(const publication_ptr& of) {
  if (!of) return "none";
  auto bytes = of->payload();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct fixture {
  explicit fixture(config::node_limits limits = {})
    : budget{std::make_shared<retained_budget>(limits)},
      index{budget} {}

  /// The topics of a whole walk that looks at so many in one step.
  std::vector<std::string> topics(std::string_view filter, std::size_t step = 1'000'000, time_point now = start) {
    std::vector<std::string> seen;
    auto at = index.open();
    for (auto left = index.size() * 3 + 10; left != 0; --left)
      if (index.visit(filter, at, step, now, [&](const publication_ptr& each) { seen.emplace_back(each->topic()); }))
        return seen;
    CAF_FAIL("the walk has no end: " << std::string{filter});
  }

  std::shared_ptr<retained_budget> budget;
  retained_index index;
};

using names = std::vector<std::string>;

}  // namespace

// [MQTT-3.3.1-5]
CAF_TEST(a_topic_retains_its_last_message) {
  fixture with;
  CAF_CHECK(with.index.store(message("a", "1")) == outcome::stored);
  CAF_CHECK(with.index.store(message("a", "2")) == outcome::replaced);
  CAF_CHECK_EQUAL(payload_of(with.index.find("a", start)), "2");
  CAF_CHECK_EQUAL(payload_of(with.index.find("b", start)), "none");
  CAF_CHECK_EQUAL(with.index.size(), 1u);
}

// [MQTT-3.3.1-6] [MQTT-3.3.1-7]
CAF_TEST(an_empty_payload_removes_and_is_not_retained) {
  fixture with;
  CAF_CHECK(with.index.store(message("a", "")) == outcome::nothing);
  with.index.store(message("a", "1"));
  CAF_CHECK(with.index.store(message("a", "")) == outcome::removed);
  CAF_CHECK_EQUAL(with.index.size(), 0u);
  CAF_CHECK_EQUAL(with.index.bytes(), 0u);
  CAF_CHECK_EQUAL(with.budget->messages(), 0u);
  CAF_CHECK_EQUAL(with.budget->bytes(), 0u);
}

CAF_TEST(wildcards_find_what_they_match_in_order) {
  fixture with;
  for (auto topic : {"a", "a/", "a/b", "a!", "a/b/c", "a-b", "b/b", "/", "/b", "$SYS/x", "$SYS", "ab"})
    with.index.store(message(topic, "1"));
  CAF_CHECK_EQUAL(with.topics("a/#"), (names{"a", "a/", "a/b", "a/b/c"}));
  CAF_CHECK_EQUAL(with.topics("a/+"), (names{"a/", "a/b"}));
  CAF_CHECK_EQUAL(with.topics("+/b"), (names{"/b", "a/b", "b/b"}));
  CAF_CHECK_EQUAL(with.topics("+"), (names{"a", "a!", "a-b", "ab"}));
  CAF_CHECK_EQUAL(with.topics("+/+"), (names{"/", "/b", "a/", "a/b", "b/b"}));
  CAF_CHECK_EQUAL(with.topics("$SYS/#"), (names{"$SYS", "$SYS/x"}));
  CAF_CHECK_EQUAL(with.topics("a/b"), (names{"a/b"}));
  CAF_CHECK_EQUAL(with.topics("#").size(), 10u);
}

CAF_TEST(it_agrees_with_brute_force_whatever_the_size_of_the_steps) {
  tests::generator random{5};
  fixture with;
  std::map<std::string, bool> model;
  for (auto round = 0; round < 3'000; ++round) {
    auto topic = random.topic(5);
    auto gone = random.chance(35);
    auto done = with.index.store(message(topic, gone ? "" : "x"));
    auto had = model.contains(topic);
    CAF_REQUIRE(done == (gone ? had ? outcome::removed : outcome::nothing : had ? outcome::replaced : outcome::stored));
    gone ? static_cast<void>(model.erase(topic)) : static_cast<void>(model[topic] = true);
    auto filter = random.filter(5);
    auto seen = with.topics(filter, 1 + random.below(30));
    std::ranges::sort(seen);
    names expected;
    for (const auto& each : model)
      if (matches(filter, each.first)) expected.push_back(each.first);
    if (seen != expected) CAF_FAIL("walk of " << filter);
  }
  CAF_CHECK_EQUAL(with.index.size(), model.size());
}

CAF_TEST(a_walk_goes_on_where_it_was_although_the_index_changes) {
  fixture with;
  for (auto topic : {"a", "b", "c", "d", "e"}) with.index.store(message(topic, "old"));
  auto at = with.index.open();
  std::vector<std::string> seen;
  auto note = [&](const publication_ptr& each) { seen.push_back(std::string{each->topic()} + payload_of(each)); };
  CAF_CHECK(!with.index.visit("#", at, 2, start, note));
  with.index.store(message("a", ""));
  with.index.store(message("c", ""));
  with.index.store(message("d", "new"));
  with.index.store(message("bb", "new"));
  while (!with.index.visit("#", at, 1, start, note)) {
  }
  // d and bb came as live messages after the walk was opened: an older copy must not follow, nor the same twice.
  CAF_CHECK_EQUAL(seen, (names{"aold", "bold", "eold"}));
}

CAF_TEST(a_step_looks_at_no_more_topics_than_it_may) {
  fixture with;
  for (auto i = 0; i < 1'000; ++i) with.index.store(message("device/" + std::to_string(i) + "/state", "x"));
  auto at = with.index.open();
  auto steps = 1;
  auto seen = 0;
  while (!with.index.visit("device/+/nothing", at, 100, start, [&](const publication_ptr&) { ++seen; })) ++steps;
  CAF_CHECK_EQUAL(seen, 0);
  CAF_CHECK(steps >= 10 && steps <= 21);
  at = with.index.open();
  CAF_CHECK(with.index.visit("device/7/state", at, 3, start, [&](const publication_ptr&) { ++seen; }));
  CAF_CHECK_EQUAL(seen, 1);
}

CAF_TEST(an_expired_message_is_not_found_and_a_sweep_removes_it) {
  fixture with;
  auto later = start + std::chrono::seconds{10};
  for (auto topic : {"a", "b", "c", "d"}) with.index.store(message(topic, "1", topic[0] < 'c' ? later : never));
  CAF_CHECK_EQUAL(payload_of(with.index.find("a", later - std::chrono::seconds{1})), "1");
  CAF_CHECK_EQUAL(payload_of(with.index.find("a", later)), "none");
  CAF_CHECK_EQUAL(with.topics("#", 1, later), (names{"c", "d"}));
  CAF_CHECK_EQUAL(with.index.sweep(100, start), 0u);
  auto removed = with.index.sweep(1, later);
  for (auto i = 0; i < 5; ++i) removed += with.index.sweep(1, later);
  CAF_CHECK_EQUAL(removed, 2u);
  CAF_CHECK_EQUAL(with.index.size(), 2u);
  CAF_CHECK_EQUAL(with.index.sweep(100, never), 0u);
}

CAF_TEST(a_sweep_survives_the_removal_of_the_topic_it_stopped_at) {
  fixture with;
  auto soon = start + std::chrono::seconds{1};
  for (auto topic : {"a", "b", "c"}) with.index.store(message(topic, "1", soon));
  with.index.sweep(1, start);
  with.index.store(message("b", ""));
  CAF_CHECK_EQUAL(with.index.sweep(100, soon), 2u);
  CAF_CHECK_EQUAL(with.budget->messages(), 0u);
}

CAF_TEST(a_message_that_replaces_another_decides_whether_the_topic_expires) {
  fixture with;
  auto soon = start + std::chrono::seconds{1};
  with.index.store(message("a", "1", soon));
  with.index.store(message("a", "2"));
  CAF_CHECK_EQUAL(with.index.sweep(10, soon), 0u);
  CAF_CHECK_EQUAL(payload_of(with.index.find("a", soon)), "2");
  with.index.store(message("a", "3", soon));
  CAF_CHECK_EQUAL(with.index.sweep(10, soon), 1u);
}

CAF_TEST(the_limits_are_those_of_the_node_over_all_shards) {
  config::node_limits limits;
  limits.retained_messages_max = 3;
  fixture with{limits};
  auto other = std::make_unique<retained_index>(with.budget);
  CAF_CHECK(with.index.store(message("a", "1")) == outcome::stored);
  CAF_CHECK(other->store(message("b", "1")) == outcome::stored);
  CAF_CHECK(other->store(message("c", "1")) == outcome::stored);
  CAF_CHECK(with.index.store(message("d", "1")) == outcome::full);
  CAF_CHECK(with.index.store(message("a", "2")) == outcome::replaced);
  CAF_CHECK_EQUAL(with.index.size(), 1u);
  other.reset();
  CAF_CHECK_EQUAL(with.budget->messages(), 1u);
  CAF_CHECK_EQUAL(with.budget->bytes(), with.index.bytes());
  CAF_CHECK(with.index.store(message("d", "1")) == outcome::stored);
}

CAF_TEST(the_limit_of_bytes_keeps_what_was_there_and_lets_it_shrink) {
  config::node_limits limits;
  limits.retained_bytes_max = 2'000;
  fixture with{limits};
  CAF_CHECK(with.index.store(message("a", std::string(1'500, 'x'))) == outcome::stored);
  CAF_CHECK(with.index.store(message("b", std::string(1'500, 'x'))) == outcome::full);
  CAF_CHECK(with.index.store(message("a", std::string(2'500, 'y'))) == outcome::full);
  CAF_CHECK_EQUAL(payload_of(with.index.find("a", start)), std::string(1'500, 'x'));
  CAF_CHECK(with.index.store(message("a", "z")) == outcome::replaced);
  CAF_CHECK(with.index.store(message("b", std::string(1'500, 'x'))) == outcome::stored);
}

CAF_TEST(without_memory_a_store_leaves_the_index_as_it_was) {
  fixture with;
  with.index.store(message("a", "1"));
  auto bytes = with.index.bytes();
  auto next = message("b", "1");
  auto failures = tests::with_every_allocation_failing([&] { with.index.store(next); },
                                                       [&] {
                                                         CAF_CHECK_EQUAL(with.index.size(), 1u);
                                                         CAF_CHECK_EQUAL(with.index.bytes(), bytes);
                                                         CAF_CHECK_EQUAL(with.budget->bytes(), bytes);
                                                       });
  CAF_CHECK_EQUAL(failures, 1u);
  CAF_CHECK_EQUAL(with.index.size(), 2u);
}

CAF_TEST(who_looks_in_goes_on_from_any_place) {
  fixture with;
  for (const auto* topic : {"a", "a/1", "a/2", "a\x01", "a!", "b", "$SYS/x", "/"})
    with.index.store(message(topic, "x"));
  with.index.store(message("a/gone", "x", start));
  for (const std::size_t step : {1u, 2u, 100u}) {
    std::vector<std::string> seen;
    auto from = std::optional<retained_index::place>{{"", false}};
    for (auto left = 100; from && left != 0; --left)
      from = with.index.browse(*from, step, start, [&](const retained_index::kept& each) {
        seen.emplace_back(each.what->topic());
        return true;
      });
    CAF_CHECK(!from);
    CAF_CHECK_EQUAL(seen, (std::vector<std::string>{"/", "$SYS/x", "a", "a/1", "a/2", "a\x01", "a!", "b"}));
  }
  const auto first_from = [&](const retained_index::place& from) {
    std::string result;
    with.index.browse(from, 1, start, [&](const retained_index::kept& each) {
      result = each.what->topic();
      return false;
    });
    return result;
  };
  CAF_CHECK_EQUAL(first_from({"a/1", false}), "a/1");
  CAF_CHECK_EQUAL(first_from({"a/1", true}), "a/2");
  CAF_CHECK_EQUAL(first_from({"a/11", false}), "a/2");
}

CAF_TEST(it_is_known_since_when_a_message_is_retained) {
  fixture with;
  const auto soon = start + std::chrono::seconds{1}, later = start + std::chrono::seconds{5};
  with.index.store(message("from the store", "x"));
  with.index.store(message("a", "x"), soon);
  CAF_CHECK(with.index.look_up("from the store", later).since == time_point{});
  CAF_CHECK(with.index.look_up("a", later).since == soon);
  with.index.store(message("a", "y"), later);
  CAF_CHECK(with.index.look_up("a", later).since == later);
  CAF_CHECK(!with.index.look_up("b", later).what);
}
