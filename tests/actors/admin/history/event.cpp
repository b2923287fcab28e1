#define CAF_SUITE admin_event
#include "actors/admin/history/event.hpp"

#include <caf/test/unit_test.hpp>

#include "actors/admin/history/event_filter.hpp"

using namespace troupe::admin;

CAF_TEST(every_kind_has_a_name_that_leads_back_to_it) {
  for (std::size_t i = 0; i < event_kinds; ++i) {
    const auto kind = static_cast<event_kind>(i);
    CAF_CHECK(!to_string(kind).empty());
    CAF_CHECK(event_kind_of(to_string(kind)) == kind);
  }
  CAF_CHECK_EQUAL(to_string(event_kind::client_taken_over), "client_taken_over");
  CAF_CHECK_EQUAL(to_string(event_kind::alarm_off), "alarm_off");
  CAF_CHECK(!event_kind_of("client_vanished"));
  CAF_CHECK(!event_kind_of(""));
}

CAF_TEST(a_text_is_cut_in_front_of_the_character_that_does_not_fit) {
  CAF_CHECK_EQUAL(bounded("abc", 3), "abc");
  CAF_CHECK_EQUAL(bounded("abcd", 3), "abc");
  CAF_CHECK_EQUAL(bounded("ab\xC3\xA4", 3), "ab");
  CAF_CHECK_EQUAL(bounded("a\xF0\x9F\x90\x9D", 4), "a");
  CAF_CHECK_EQUAL(bounded("\x80\x80\x80\x80\x80", 4).size(), 4u);
  CAF_CHECK_EQUAL(bounded("abc", 0), "");
}

CAF_TEST(client_ids_may_be_longer_than_other_texts) {
  const std::string long_text(5000, 'x');
  event_view what;
  what.client = what.actor = what.address = what.listener = what.text = what.by = long_text;
  const auto kept = bounded(what);
  CAF_CHECK_EQUAL(kept.client.size(), 1024u);
  for (const auto text : {kept.actor, kept.address, kept.listener, kept.text, kept.by})
    CAF_CHECK_EQUAL(text.size(), 256u);
}

CAF_TEST(a_filter_asks_for_kind_and_both_prefixes) {
  event_view what;
  what.kind = event_kind::actor_failed;
  what.client = "sensor-7";
  what.actor = "root/loop 0/shard";
  CAF_CHECK(event_filter{}.matches(what));
  CAF_CHECK(event_filter{}.add(event_kind::actor_failed).matches(what));
  CAF_CHECK(!event_filter{}.add(event_kind::actor_started).matches(what));
  CAF_CHECK((event_filter{.client_prefix = "sensor-"}.matches(what)));
  CAF_CHECK((!event_filter{.client_prefix = "meter-"}.matches(what)));
  CAF_CHECK((event_filter{.path_prefix = "root/loop 0"}.matches(what)));
  CAF_CHECK((!event_filter{.client_prefix = "sensor-", .path_prefix = "root/loop 1"}.matches(what)));
}
