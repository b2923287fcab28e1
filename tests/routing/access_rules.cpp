#define CAF_SUITE routing_access_rules

#include <caf/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <variant>

#include "routing/access_rules.hpp"
#include "routing/topic.hpp"
#include "tests/routing/generator.hpp"

using namespace troupe;

namespace {

access_rules_ptr rules(std::string_view text, bool default_allow = false) {
  auto parsed = access_rules::parse(text, default_allow);
  if (const auto* error = std::get_if<access_rules_error>(&parsed)) CAF_FAIL(error->line << ": " << error->text);
  return std::get<access_rules_ptr>(parsed);
}

std::string error(std::string_view text) {
  auto parsed = access_rules::parse(text, false);
  const auto* seen = std::get_if<access_rules_error>(&parsed);
  return seen ? std::to_string(seen->line) + ": " + seen->text : "none";
}

constexpr client_identity pump{"pump-1", "ann"};
constexpr client_identity nobody{"pump-2", ""};

}  // namespace

CAF_TEST(the_first_rule_that_matches_decides) {
  auto with = rules("deny all publish a/secret\n"
                    "allow all publish a/#\n"
                    "deny all publish a/b\n");
  CAF_CHECK(!with->check(access::publish, "a/secret", pump));
  CAF_CHECK(with->check(access::publish, "a/b", pump));
  CAF_CHECK(!with->check(access::publish, "b", pump));
  CAF_CHECK(!with->check(access::subscribe, "a/b", pump));
}

CAF_TEST(the_default_is_the_options_or_the_last_default_lines) {
  CAF_CHECK(!rules("")->check(access::publish, "a", pump));
  CAF_CHECK(rules("", true)->check(access::publish, "a", pump));
  CAF_CHECK(!rules("default deny", true)->check(access::publish, "a", pump));
  CAF_CHECK(rules("default allow\ndeny all publish b")->check(access::subscribe, "#", pump));
}

CAF_TEST(rules_of_users_and_of_clients_and_of_all_keep_their_order) {
  auto with = rules("allow user ann publish a/1\n"
                    "deny client pump-1 publish a/+\n"
                    "allow all publish a/#\n"
                    "deny user ann publish a/2/#\n");
  CAF_CHECK(with->check(access::publish, "a/1", pump));
  CAF_CHECK(!with->check(access::publish, "a/2", pump));
  CAF_CHECK(with->check(access::publish, "a/2/3", pump));
  CAF_CHECK(with->check(access::publish, "a/2", nobody));
  CAF_CHECK(with->check(access::publish, "a/1", nobody));
  CAF_CHECK_EQUAL(with->size(), 4u);
}

CAF_TEST(comments_and_blanks_and_quoted_names_are_read) {
  auto with = rules("# comment\r\n\n   # another\r\n"
                    "\tallow  user \"night \\\"shift\\\"\"   publish   tools and parts/#  \r\n"
                    "deny all all #");
  CAF_CHECK(with->check(access::publish, "tools and parts/1", {"x", "night \"shift\""}));
  CAF_CHECK(!with->check(access::publish, "tools and parts/1", pump));
  CAF_CHECK_EQUAL(with->size(), 2u);
}

CAF_TEST(errors_name_their_line) {
  CAF_CHECK_EQUAL(error("allow all all #\n\npermit all all #"), "3: expected allow, deny or default, found permit");
  CAF_CHECK_EQUAL(error("allow everyone all #"), "1: expected all, user or client, found everyone");
  CAF_CHECK_EQUAL(error("allow"), "1: expected all, user or client, found the end of the line");
  CAF_CHECK_EQUAL(error("allow all read #"), "1: expected publish, subscribe or all, found read");
  CAF_CHECK_EQUAL(error("allow user \"ann all #"), "1: a quoted name has no end");
  CAF_CHECK_EQUAL(error("allow user \"\" all #"), "1: a name must follow user");
  CAF_CHECK_EQUAL(error("default maybe"), "1: expected allow or deny, found maybe");
  CAF_CHECK_EQUAL(error("default deny now"), "1: expected nothing more, found now");
  CAF_CHECK_EQUAL(error("# fine\nallow all publish"), "2: a topic must not be empty: ");
  CAF_CHECK_EQUAL(error("allow all publish a/#/b"), "1: a wildcard must be a whole level, and # the last one: a/#/b");
  CAF_CHECK_EQUAL(error("allow all subscribe $share/g/a"),
                  "1: a rule names the topic filter alone, without $share/<group>/");
}

CAF_TEST(names_stand_in_for_c_and_u) {
  auto with = rules("allow all publish devices/%c/#\n"
                    "allow all publish users/%u-%c\n"
                    "allow all publish 100%%/a\n"
                    "allow all publish 7%/b%");
  CAF_CHECK(with->check(access::publish, "devices/pump-1/state", pump));
  CAF_CHECK(!with->check(access::publish, "devices/pump-2/state", pump));
  CAF_CHECK(with->check(access::publish, "users/ann-pump-1", pump));
  CAF_CHECK(!with->check(access::publish, "users/-pump-2", nobody));
  CAF_CHECK(with->check(access::publish, "100%/a", pump));
  CAF_CHECK(with->check(access::publish, "7%/b%", pump));
}

CAF_TEST(a_name_cannot_reach_beyond_its_level) {
  auto with = rules("allow all all devices/%c/#\nallow all all %c/own\nallow all all %u/#");
  for (std::string_view name : {"+", "#", "a/b", "a+", "", "/"}) {
    CAF_CHECK(!with->check(access::publish, "devices/a/b/x", {name, ""}));
    CAF_CHECK(!with->check(access::subscribe, "devices/+/x", {name, ""}));
    CAF_CHECK(!with->check(access::subscribe, "devices/#", {name, ""}));
    CAF_CHECK(!with->check(access::subscribe, "#", {"x", name}));
  }
  CAF_CHECK(!with->check(access::subscribe, "$SYS/own", {"$SYS", ""}));
  CAF_CHECK(!with->check(access::subscribe, "$SYS/#", {"x", "$SYS"}));
  CAF_CHECK(with->check(access::publish, "devices/$x/a", {"$x", ""}));
  auto long_name = std::string(2'000, 'n');
  CAF_CHECK(with->check(access::publish, long_name + "/own", {long_name, ""}));
}

CAF_TEST(a_requested_filter_is_allowed_where_a_rule_covers_it) {
  auto with = rules("allow all subscribe a/#\nallow all subscribe b/+/c");
  CAF_CHECK(with->check(access::subscribe, "a/+/#", pump));
  CAF_CHECK(with->check(access::subscribe, "$share/g/a/b", pump));
  CAF_CHECK(with->check(access::subscribe, "b/+/c", pump));
  CAF_CHECK(!with->check(access::subscribe, "b/#", pump));
  CAF_CHECK(!with->check(access::subscribe, "#", pump));
  CAF_CHECK(!with->check(access::subscribe, "+/b", pump));
  CAF_CHECK(!with->check(access::subscribe, "$share/g/#", pump));
}

CAF_TEST(what_a_wider_subscription_must_not_bring_is_held_back_at_delivery) {
  auto with = rules("deny all subscribe secret/#\nallow all subscribe #\ndeny user bob subscribe a");
  CAF_CHECK(with->check(access::subscribe, "#", pump));
  CAF_CHECK(!with->check(access::subscribe, "secret/+", pump));
  CAF_CHECK(with->needs_delivery_check(pump));
  CAF_CHECK(!with->check_delivery("secret/plan", pump));
  CAF_CHECK(with->check_delivery("public/plan", pump));
}

CAF_TEST(deliveries_need_no_check_where_nothing_is_denied_to_the_client) {
  auto with = rules("deny user bob subscribe a\ndeny all publish b\nallow all all #");
  CAF_CHECK(!with->needs_delivery_check(pump));
  CAF_CHECK(with->needs_delivery_check({"x", "bob"}));
}

// What a granted subscription brings is either allowed on its own or held back: never is a topic let through that the
// first rule matching it denies, and without deny rules every topic of a granted filter is allowed.
CAF_TEST(subscriptions_and_deliveries_agree_over_random_rules) {
  tests::generator random{21};
  auto topics = tests::all_topics(3);
  for (auto round = 0; round < 300; ++round) {
    std::string text;
    auto denies = random.chance(50);
    for (auto left = random.below(5); left != 0; --left)
      text += (denies && random.chance(50) ? "deny all subscribe " : "allow all subscribe ") + random.filter(3) + '\n';
    auto with = rules(text, random.chance(20));
    auto requested = random.filter(3);
    if (!with->check(access::subscribe, requested, pump) || with->needs_delivery_check(pump)) continue;
    for (const auto& topic : topics)
      if (matches(requested, topic) && !with->check_delivery(topic, pump)) CAF_FAIL(text << requested << ' ' << topic);
  }
}

CAF_TEST(what_the_default_alone_opens_to_everybody_is_told) {
  CAF_CHECK(rules("", true)->open_by_default("$SYS/actors/x"));
  CAF_CHECK(rules("allow user ann subscribe $SYS/actors/#", true)->open_by_default("$SYS/actors/x"));
  CAF_CHECK(rules("allow all publish $SYS/#", true)->open_by_default("$SYS/actors/x"));
  CAF_CHECK(!rules("", false)->open_by_default("$SYS/actors/x"));
  CAF_CHECK(!rules("deny all subscribe $SYS/actors/#", true)->open_by_default("$SYS/actors/x"));
  CAF_CHECK(!rules("allow all subscribe $SYS/actors/#", true)->open_by_default("$SYS/actors/x"));
}
