#define CAF_SUITE routing_topic

#include <caf/test/unit_test.hpp>

#include <array>
#include <set>
#include <string>
#include <string_view>

#include "routing/hash.hpp"
#include "routing/topic.hpp"
#include "tests/routing/generator.hpp"

using namespace troupe;
using namespace std::string_view_literals;

namespace {

struct match_row {
  std::string_view filter;
  std::string_view topic;
  bool expected;
};

// The examples of the standard's section 4.7, then odd ones.
constexpr match_row match_rows[] = {
  {"sport/tennis/player1/#", "sport/tennis/player1", true},
  {"sport/tennis/player1/#", "sport/tennis/player1/ranking", true},
  {"sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true},
  {"sport/#", "sport", true},
  {"sport/#", "sports", false},
  {"#", "sport", true},
  {"#", "a/b/c", true},
  {"sport/tennis/+", "sport/tennis/player1", true},
  {"sport/tennis/+", "sport/tennis/player2", true},
  {"sport/tennis/+", "sport/tennis/player1/ranking", false},
  {"sport/+", "sport", false},
  {"sport/+", "sport/", true},
  {"+", "sport", true},
  {"+/tennis/#", "sport/tennis", true},
  {"+/tennis/#", "sport/tennis/a/b", true},
  {"sport/+/player1", "sport/tennis/player1", true},
  {"+/+", "/finance", true},
  {"/+", "/finance", true},
  {"+", "/finance", false},
  {"#", "$SYS/monitor/Clients", false},
  {"+/monitor/Clients", "$SYS/monitor/Clients", false},
  {"$SYS/#", "$SYS/monitor/Clients", true},
  {"$SYS/#", "$SYS", true},
  {"$SYS/monitor/+", "$SYS/monitor/Clients", true},
  {"ACCOUNTS", "Accounts", false},
  {"Accounts payable", "Accounts payable", true},
  {"/", "/", true},
  {"+/+", "/", true},
  {"/#", "/", true},
  {"#", "/", true},
  {"+", "/", false},
  {"/", "a", false},
  {"a//b", "a//b", true},
  {"a//b", "a/b", false},
  {"a/+/b", "a//b", true},
  {"a/#", "a/", true},
  {"a/#", "a//", true},
  {"a/", "a", false},
  {"a", "a/", false},
  {"+/#", "a", true},
  {"+/+/#", "a", false},
  {"+/#", "$a", false},
  {"a/+", "a/$b", true},
  {"a/#", "a/$b/c", true},
  {"$", "$", true},
  {"+", "$", false},
  {"/+", "/$SYS", true},
  {"a/b", "a", false},
  {"a", "a/b", false},
};

struct filter_row {
  std::string_view filter;
  topic_error expected;
};

constexpr filter_row filter_rows[] = {
  {"", topic_error::empty},
  {"sport/tennis#", topic_error::misplaced_wildcard},
  {"sport/tennis/#/ranking", topic_error::misplaced_wildcard},
  {"sport+", topic_error::misplaced_wildcard},
  {"#/", topic_error::misplaced_wildcard},
  {"##", topic_error::misplaced_wildcard},
  {"+a", topic_error::misplaced_wildcard},
  {"a/++", topic_error::misplaced_wildcard},
  {"a/+#", topic_error::misplaced_wildcard},
  {"#", topic_error::none},
  {"+", topic_error::none},
  {"/", topic_error::none},
  {"+/tennis/#", topic_error::none},
  {"//", topic_error::none},
  {"$SYS/#", topic_error::none},
  {"a\0b"sv, topic_error::not_utf8},
  {"a\xED\xA0\x80", topic_error::not_utf8},
  {"a\xFF", topic_error::not_utf8},
  {"1/2/3/4/5/6/7/8", topic_error::none},
  {"1/2/3/4/5/6/7/8/9", topic_error::too_many_levels},
  {"$share/g/1/2/3/4/5/6/7/8", topic_error::none},
  {"$share/g/1/2/3/4/5/6/7/8/9", topic_error::too_many_levels},
  {"$share", topic_error::none},
  {"$shared/a", topic_error::none},
  {"$share/", topic_error::share_name_invalid},
  {"$share//a", topic_error::share_name_invalid},
  {"$share/+/a", topic_error::share_name_invalid},
  {"$share/g#/a", topic_error::share_name_invalid},
  {"$share/#", topic_error::share_name_invalid},
  {"$share/g", topic_error::share_filter_missing},
  {"$share/g/", topic_error::share_filter_missing},
  {"$share/g//", topic_error::none},
  {"$share/g/#", topic_error::none},
  {"$share/g/a#", topic_error::misplaced_wildcard},
};

}  // namespace

// [MQTT-4.7.2-1] [MQTT-4.7.3-4], and the examples of section 4.7
CAF_TEST(filters_match_as_in_the_examples_of_the_standard) {
  for (const auto& row : match_rows)
    if (matches(row.filter, row.topic) != row.expected)
      CAF_ERROR("matches(" << std::string{row.filter} << ", " << std::string{row.topic} << ")");
    else
      CAF_CHECK(true);
}

// [MQTT-4.7.1-1] [MQTT-4.7.1-2] [MQTT-4.7.3-1] [MQTT-4.7.3-2] [MQTT-4.8.2-1] [MQTT-4.8.2-2]
CAF_TEST(filters_are_checked) {
  for (const auto& row : filter_rows)
    CAF_CHECK_EQUAL(to_string(check_topic_filter(row.filter, 8)), to_string(row.expected));
}

// [MQTT-3.3.2-2] [MQTT-4.7.0-1]
CAF_TEST(topic_names_have_no_wildcards) {
  CAF_CHECK(check_topic_name("sport/+", 8) == topic_error::wildcard_in_name);
  CAF_CHECK(check_topic_name("a#b", 8) == topic_error::wildcard_in_name);
  CAF_CHECK(check_topic_name("$share/g/a", 8) == topic_error::none);
  CAF_CHECK(check_topic_name("/", 2) == topic_error::none);
  CAF_CHECK(check_topic_name("/", 1) == topic_error::too_many_levels);
  CAF_CHECK(check_topic_name("", 8) == topic_error::empty);
  CAF_CHECK(check_topic_name("a\0"sv, 8) == topic_error::not_utf8);
}

// [MQTT-4.7.3-3]
CAF_TEST(a_topic_has_65535_bytes_at_most) {
  CAF_CHECK(check_topic_name(std::string(65'535, 'a'), 8) == topic_error::none);
  CAF_CHECK(check_topic_name(std::string(65'536, 'a'), 8) == topic_error::too_long);
  CAF_CHECK(check_topic_filter(std::string(65'536, 'a'), 8) == topic_error::too_long);
}

CAF_TEST(every_error_has_a_sentence_of_its_own) {
  std::set<std::string_view> seen;
  for (auto i = 0; i <= static_cast<int>(topic_error::share_filter_missing); ++i)
    seen.insert(to_string(static_cast<topic_error>(i)));
  CAF_CHECK_EQUAL(seen.size(), static_cast<std::size_t>(topic_error::share_filter_missing) + 1);
}

CAF_TEST(a_shared_filter_is_taken_apart) {
  auto parts = split_share("$share/consumer1/sport/tennis/+");
  CAF_REQUIRE(parts.has_value());
  CAF_CHECK_EQUAL(parts->group, "consumer1"sv);
  CAF_CHECK_EQUAL(parts->filter, "sport/tennis/+"sv);
  CAF_CHECK_EQUAL(match_part("$share/g//finance"), "/finance"sv);
  CAF_CHECK(!split_share("sport"));
  CAF_CHECK(!split_share("$share"));
  CAF_CHECK_EQUAL(match_part("$share/g/a/#"), "a/#"sv);
  CAF_CHECK_EQUAL(match_part("a/#"), "a/#"sv);
}

CAF_TEST(levels_are_read_with_the_empty_ones) {
  auto count = [](std::string_view text) {
    auto result = 0;
    for (auto levels = level_reader{text}; !levels.done(); ++result) levels.next();
    return result;
  };
  CAF_CHECK_EQUAL(count("a"), 1);
  CAF_CHECK_EQUAL(count("/"), 2);
  CAF_CHECK_EQUAL(count("a/"), 2);
  CAF_CHECK_EQUAL(count("/a//b"), 4);
}

CAF_TEST(a_filter_covers_another_when_it_matches_all_of_its_topics) {
  CAF_CHECK(covers("a/#", "a"));
  CAF_CHECK(covers("a/#", "a/#"));
  CAF_CHECK(covers("a/#", "a/+/c"));
  CAF_CHECK(covers("a/+", "a/+"));
  CAF_CHECK(covers("+/#", "#"));
  CAF_CHECK(covers("#", "+/a"));
  CAF_CHECK(!covers("a/+", "a/#"));
  CAF_CHECK(!covers("a/+/#", "a/#"));
  CAF_CHECK(!covers("a/b", "a/+"));
  CAF_CHECK(!covers("#", "$SYS/#"));
  CAF_CHECK(!covers("+", "$SYS"));
  CAF_CHECK(covers("$SYS/#", "$SYS/+"));
  CAF_CHECK(!covers("secret/#", "#"));
}

// With the alphabet of the generator, a topic for every way in which two short filters can differ is among those tried.
CAF_TEST(covers_agrees_with_matches_over_all_topics) {
  tests::generator random{7};
  auto topics = tests::all_topics(4);
  for (auto i = 0; i < 1'500; ++i) {
    auto wide = random.filter(3);
    auto narrow = random.filter(3);
    auto expected = true;
    for (const auto& topic : topics)
      if (matches(narrow, topic) && !matches(wide, topic)) expected = false;
    if (covers(wide, narrow) != expected) CAF_FAIL("covers(" << wide << ", " << narrow << ")");
  }
}

CAF_TEST(the_hash_of_a_topic_is_the_same_forever) {
  CAF_CHECK_EQUAL(topic_hash(""), 0x4F329CADFAF7C73Cu);
  CAF_CHECK_EQUAL(topic_hash("a"), 0x1AE5854145D78D4Du);
  CAF_CHECK_EQUAL(topic_hash("sensors/12/temperature"), 0x6D66C17FF28AC838u);
  CAF_CHECK_EQUAL(topic_hash("\xE6\xB8\xA9\xE5\xBA\xA6/\xF0\x9F\x8C\xA1"), 0x52D79AA892ECEB6Eu);
}

CAF_TEST(topics_spread_over_the_shards_evenly) {
  std::array<int, 7> count{};
  for (auto i = 0; i < 7'000; ++i) ++count[shard_of("devices/" + std::to_string(i) + "/state", 7)];
  for (auto each : count) CAF_CHECK(each > 850 && each < 1'150);
  CAF_CHECK_EQUAL(shard_of("any", 1), 0u);
}

CAF_TEST(an_exact_filter_lives_in_the_shard_of_its_topic_and_a_wildcard_filter_in_all) {
  CAF_CHECK(shard_of_filter("a/b", 5) == shard_of("a/b", 5));
  CAF_CHECK(shard_of_filter("$share/g/a/b", 5) == shard_of("a/b", 5));
  CAF_CHECK(!shard_of_filter("a/+", 5));
  CAF_CHECK(!shard_of_filter("$share/g/#", 5));
}

CAF_TEST(the_hash_is_what_its_definition_says_for_texts_of_every_length) {
  const auto defined = [](std::string_view text, std::uint64_t seed) {
    auto state = mix(seed + text.size());
    for (std::size_t at = 0; at < text.size(); at += 8) {
      std::uint64_t number = 0;
      for (std::size_t i = at; i < std::min(at + 8, text.size()); ++i)
        number |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * (i - at));
      state = fold(state ^ number, 0xA0761D6478BD642F);
    }
    return mix(state);
  };
  std::string text;
  for (auto size = 0; size < 70; ++size) {
    CAF_CHECK_EQUAL(hash_text(text, 7), defined(text, 7));
    text.push_back(static_cast<char>(size * 37 + 129));
  }
}

CAF_TEST(texts_that_differ_in_one_bit_anywhere_hash_differently) {
  auto text = std::string{"sensors/building 7/floor 3/temperature"};
  std::set<std::uint64_t> seen{hash_text(text, 1)};
  for (auto& each : text)
    for (auto bit = 0; bit < 8; ++bit) {
      each = static_cast<char>(each ^ (1 << bit));
      seen.insert(hash_text(text, 1));
      each = static_cast<char>(each ^ (1 << bit));
    }
  CAF_CHECK_EQUAL(seen.size(), text.size() * 8 + 1);
  CAF_CHECK(hash_text("a", 1) != hash_text("a", 2));
  CAF_CHECK(hash_text("a", 1) != hash_text(std::string_view{"a\0", 2}, 1));
}
