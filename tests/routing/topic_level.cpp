#define CAF_SUITE routing_topic_level

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "routing/retained_index.hpp"
#include "routing/subscription_index.hpp"
#include "routing/topic.hpp"
#include "routing/topic_level.hpp"
#include "tests/routing/generator.hpp"

using namespace troupe;

namespace {

using names = std::vector<std::string>;

names names_of(const topic_level& of) {
  names result;
  for (const auto& [name, counts] : of.names()) result.push_back(name);
  return result;
}

topic_level level_below(const std::string& parent, std::size_t names_max = 1000, std::string_view cursor = {}) {
  return {&parent, *list_cursor::parse(cursor), names_max};
}

topic_level first_level(std::size_t names_max = 1000, std::string_view cursor = {}) {
  return {nullptr, *list_cursor::parse(cursor), names_max};
}

topic_level::counts at(const topic_level& page, std::string_view name) {
  const auto found = page.names().find(name);
  CAF_REQUIRE(found != page.names().end());
  return found->second;
}

publication_ptr message(std::string_view topic, time_point expires = time_point::max()) {
  publication::parts parts;
  parts.topic = topic;
  parts.payload = std::as_bytes(std::span{topic});
  parts.retain = true;
  parts.expires = expires;
  return publication::make(parts);
}

subscription to(std::string_view filter) { return {shared_text{filter}, {}, 0}; }

/// Tells a page of an index's messages, so many at a time. Returns how many were looked at.
std::size_t tell(topic_level& page, const retained_index& index, std::size_t step, time_point now = {}) {
  std::size_t seen = 0;
  auto from = std::optional<retained_index::place>{{page.first_topic(), false}};
  while (from)
    from = index.browse(*from, step, now, [&](const retained_index::kept& each) {
      ++seen;
      if (page.is_past(each.what->topic())) return false;
      page.retains(each.what->topic());
      return true;
    });
  return seen;
}

void tell(topic_level& page, const subscription_index& index, std::size_t step, bool wildcards = true) {
  subscription_index::position at;
  while (!index.visit(at, step, wildcards,
                      [&](std::string_view filter, std::size_t count) { page.subscribed(filter, count); })) {
  }
}

}  // namespace

CAF_TEST(a_level_has_the_names_below_a_topic_and_counts_what_is_at_and_below_each) {
  auto page = level_below("plant");
  for (const auto* filter : {"plant/1", "plant/1/state", "plant/+/state", "plant/#", "plant", "plants/1", "#"})
    page.subscribed(filter, 2);
  for (const auto* topic : {"plant/1/state", "plant/1", "plant/2/a/b", "plant"}) page.retains(topic);
  page.published("plant/3", 1.5);
  page.published("plant/3/x", 2);
  CAF_CHECK_EQUAL(names_of(page), (names{"#", "+", "1", "2", "3"}));
  const auto one = at(page, "1"), two = at(page, "2"), three = at(page, "3"), all = at(page, "#");
  CAF_CHECK_EQUAL(one.subscriptions, 4u);
  CAF_CHECK_EQUAL(one.retained, 2u);
  CAF_CHECK(one.children);
  CAF_CHECK_EQUAL(two.subscriptions, 0u);
  CAF_CHECK_EQUAL(two.retained, 1u);
  CAF_CHECK(two.children);
  CAF_CHECK_EQUAL(three.rate, 3.5);
  CAF_CHECK_EQUAL(all.subscriptions, 2u);
  CAF_CHECK(!all.children);
  CAF_CHECK_EQUAL(page.topic_of("1"), "plant/1");
  CAF_CHECK_EQUAL(page.next(), "");
}

CAF_TEST(levels_that_are_empty_are_levels) {
  auto top = first_level();
  for (const auto* topic : {"/", "/a", "a//b", "//"}) top.retains(topic);
  CAF_CHECK_EQUAL(names_of(top), (names{"", "a"}));
  CAF_CHECK_EQUAL(top.topic_of(""), "");
  auto below = level_below("");
  for (const auto* topic : {"/", "/a", "a//b", "//"}) below.retains(topic);
  CAF_CHECK_EQUAL(names_of(below), (names{"", "a"}));
  CAF_CHECK_EQUAL(at(below, "").retained, 2u);
  auto deep = level_below("a/");
  for (const auto* topic : {"/", "/a", "a//b", "//"}) deep.retains(topic);
  CAF_CHECK_EQUAL(names_of(deep), (names{"b"}));
}

CAF_TEST(a_page_holds_its_first_names_whatever_order_they_come_in) {
  auto random = std::mt19937{7};
  std::map<std::string, std::uint64_t> whole;
  names told;
  for (int i = 0; i < 3000; ++i) {
    told.push_back("n" + std::to_string(random() % 300) + (random() % 2 ? "/x" : ""));
    ++whole[told.back().substr(0, told.back().find('/'))];
  }
  std::string cursor;
  auto next = whole.begin();
  do {
    auto page = first_level(7, cursor);
    for (const auto& each : told) page.retains(each);
    CAF_REQUIRE(page.names().size() <= 7);
    for (const auto& [name, counts] : page.names()) {
      CAF_REQUIRE(next != whole.end());
      CAF_CHECK_EQUAL(name, next->first);
      CAF_CHECK_EQUAL(counts.retained, next->second);
      ++next;
    }
    cursor = page.next();
  } while (!cursor.empty());
  CAF_CHECK(next == whole.end());
}

CAF_TEST(a_page_of_long_names_ends_early_and_its_cursor_stays_short) {
  const std::string a(700'000, 'a'), b(700'000, 'b'), c(10, 'c');
  auto page = first_level(100);
  for (const auto& each : {c, b, a, b, c}) page.retains(each);
  CAF_CHECK_EQUAL(names_of(page), (names{a}));
  CAF_CHECK(page.next().size() <= list_cursor::bytes_max + 1);
  auto second = first_level(100, page.next());
  for (const auto& each : {c, b, a, c, b}) second.retains(each);
  CAF_CHECK_EQUAL(names_of(second), (names{b, c}));
  CAF_CHECK_EQUAL(at(second, c).retained, 2u);
}

CAF_TEST(a_name_that_made_way_is_not_counted_any_more) {
  const std::string huge(2'000'000, 'b');
  auto page = first_level(100);
  for (const std::string& each : {std::string{"a"}, std::string{"c"}, huge, std::string{"c"}, huge}) page.retains(each);
  CAF_CHECK_EQUAL(names_of(page), (names{"a"}));
  auto second = first_level(100, page.next());
  for (const std::string& each : {std::string{"a"}, std::string{"c"}, huge, std::string{"c"}}) second.retains(each);
  CAF_CHECK_EQUAL(names_of(second), (names{huge}));
}

CAF_TEST(a_cursor_is_cut_between_characters_and_passes_over_what_begins_like_it) {
  const auto long_one = std::string(list_cursor::bytes_max - 1, 'x') + "ä";
  const auto cursor = list_cursor::behind(long_one);
  CAF_CHECK(cursor.is_cut());
  CAF_CHECK_EQUAL(cursor.last().size(), list_cursor::bytes_max - 1);
  CAF_CHECK(cursor.has_passed(long_one));
  CAF_CHECK(!cursor.has_passed("y"));
  const auto read = list_cursor::parse(cursor.text());
  CAF_REQUIRE(read);
  CAF_CHECK(read->is_cut() && read->last() == cursor.last());
  CAF_CHECK(list_cursor::behind("").has_passed(""));
  CAF_CHECK(!list_cursor{}.has_passed(""));
  CAF_CHECK(!list_cursor::parse("x"));
  CAF_CHECK(!list_cursor::parse("=" + std::string(list_cursor::bytes_max + 1, 'x')));
}

CAF_TEST(what_is_retained_is_paged_through_in_order_and_no_page_looks_further_than_its_end) {
  auto budget = std::make_shared<retained_budget>(config::node_limits{});
  retained_index index{budget};
  std::map<std::string, std::uint64_t> wanted;
  const names tops{"a", "a!", "a\x01", "b", "$SYS", "", "ä"};
  for (const auto& top : tops)
    for (int i = 0; i < 20; ++i) {
      index.store(message(i == 0 ? (top.empty() ? "/" : top) : top + "/" + std::to_string(i)));
      ++wanted[top];
    }
  for (const std::size_t step : {1u, 3u, 1000u})
    for (const std::size_t limit : {1u, 2u, 100u}) {
      std::map<std::string, std::uint64_t> found;
      std::string cursor;
      do {
        auto page = first_level(limit, cursor);
        const auto looked = tell(page, index, step);
        CAF_CHECK(looked <= 20 * limit + 2);
        for (const auto& [name, counts] : page.names()) CAF_CHECK(found.emplace(name, counts.retained).second);
        cursor = page.next();
      } while (!cursor.empty());
      CAF_CHECK_EQUAL(found, wanted);
    }
}

CAF_TEST(what_has_expired_is_not_counted) {
  retained_index index{std::make_shared<retained_budget>(config::node_limits{})};
  index.store(message("a/1", time_point{} + std::chrono::seconds{5}));
  index.store(message("a/2"));
  auto before = first_level(), after = first_level();
  tell(before, index, 10);
  tell(after, index, 10, time_point{} + std::chrono::seconds{5});
  CAF_CHECK_EQUAL(at(before, "a").retained, 2u);
  CAF_CHECK_EQUAL(at(after, "a").retained, 1u);
}

CAF_TEST(every_filter_of_an_index_is_seen_once_with_all_its_subscriptions) {
  subscription_index index;
  std::map<std::string, std::size_t> wanted;
  for (std::uint32_t who = 1; who <= 40; ++who)
    for (const auto& filter :
         names{"a", "a/b", "a/+", "+/+/#", "#", "/", "/+", "+", "$SYS/#", "only/" + std::to_string(who)}) {
      index.insert(to(filter), {who, 1, 0});
      ++wanted[filter];
    }
  for (const std::string filter : {"a/b", "a/#", "x"}) {
    index.insert(to("$share/one/" + filter), {1, 1, 0});
    index.insert(to("$share/one/" + filter), {2, 1, 0});
    index.insert(to("$share/two/" + filter), {1, 1, 0});
    wanted[filter] += 3;
  }
  index.erase("only/7", {7, 1, 0});
  wanted.erase("only/7");
  for (const std::size_t step : {1u, 10u, 10'000u}) {
    std::map<std::string, std::size_t> found;
    subscription_index::position at;
    std::size_t steps = 1;
    while (!index.visit(at, step, true,
                        [&](std::string_view filter, std::size_t count) { found[std::string{filter}] += count; }))
      ++steps;
    CAF_CHECK_EQUAL(found, wanted);
    CAF_CHECK(step > 10 ? steps == 1 : steps > 4);
  }
}

CAF_TEST(filters_with_wildcards_are_left_out_when_another_shard_tells_them) {
  subscription_index index;
  for (const auto* filter : {"a/b", "a/+", "$share/g/a/c", "$share/g/a/#"}) index.insert(to(filter), {1, 1, 0});
  const std::string parent = "a";
  auto all = level_below(parent), exact = level_below(parent);
  tell(all, index, 100);
  tell(exact, index, 100, false);
  CAF_CHECK_EQUAL(names_of(all), (names{"#", "+", "b", "c"}));
  CAF_CHECK_EQUAL(names_of(exact), (names{"b", "c"}));
}
