#define CAF_SUITE actors_event_topics
#include "actors/event_topics.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::actors;
using admin::event_kind;

namespace {

struct fixture {
  admin::event_history history{1 << 20};
  std::vector<std::string> published;
  event_topics tested{history, 2, 3, [this](const auto& what) { published.push_back(topic_of(*what)); }};

  void happens(std::string_view client) {
    admin::event_view what;
    what.kind = event_kind::client_connected;
    what.client = client;
    history.add(what);
  }
};

std::string topic_of_event(event_kind kind, std::string client, std::string actor) {
  admin::event what;
  what.kind = kind;
  what.client = std::move(client);
  what.actor = std::move(actor);
  return topic_of(what);
}

}  // namespace

CAF_TEST(a_topic_is_made_of_the_kind_and_of_whom_it_is_about) {
  CAF_CHECK_EQUAL(topic_of_event(event_kind::client_connected, "pump-1", ""), "$SYS/actors/client_connected/pump-1");
  CAF_CHECK_EQUAL(topic_of_event(event_kind::actor_restarted, "", "root/loop 0/shard"),
                  "$SYS/actors/actor_restarted/root/loop 0/shard");
  CAF_CHECK_EQUAL(topic_of_event(event_kind::alarm_on, "", ""), "$SYS/actors/alarm_on");
}

CAF_TEST(what_no_level_may_hold_is_encoded) {
  CAF_CHECK_EQUAL(topic_of_event(event_kind::session_ended, "a/+#%b", ""), "$SYS/actors/session_ended/a%2F%2B%23%25b");
  CAF_CHECK_EQUAL(topic_of_event(event_kind::actor_failed, "", "root/listener a+#"),
                  "$SYS/actors/actor_failed/root/listener a%2B%23");
}

CAF_TEST(filters_that_reach_events_are_told_from_others) {
  for (const auto* filter : {"$SYS/#", "$SYS/actors/#", "$SYS/+/client_connected/#", "$SYS/actors/session_ended/x",
                             "$share/g/$SYS/actors/#", "$SYS/+"})
    CAF_CHECK(event_topics::reached_by(filter));
  for (const auto* filter : {"#", "+/actors/#", "$SYS", "$SYS/brokers/#", "$SYS/actors2/#", "actors/#", "$share/g/#"})
    CAF_CHECK(!event_topics::reached_by(filter));
}

CAF_TEST_FIXTURE_SCOPE(event_topics_tests, fixture)

CAF_TEST(the_history_is_watched_while_somebody_subscribes) {
  happens("before");
  tested.subscriptions_changed(0, 1);
  tested.subscriptions_changed(1, 1);
  tested.subscriptions_changed(0, -1);
  happens("meanwhile");
  tested.subscriptions_changed(1, -1);
  CAF_CHECK_EQUAL(history.watchers.watching(), 0u);
  happens("after");
  CAF_CHECK_EQUAL(published, std::vector<std::string>{"$SYS/actors/client_connected/meanwhile"});
}

CAF_TEST(a_shard_that_begins_anew_is_forgotten) {
  tested.subscriptions_changed(1, 1);
  tested.forget(1);
  CAF_CHECK_EQUAL(history.watchers.watching(), 1u);
  tested.settled();
  CAF_CHECK_EQUAL(history.watchers.watching(), 0u);
}

CAF_TEST(more_than_a_second_may_have_is_left_out_and_counted) {
  tested.subscriptions_changed(0, 1);
  for (int i = 0; i < 10; ++i) happens("many");
  CAF_CHECK(published.size() >= 3 && published.size() <= 6);  // the second may end meanwhile
  CAF_CHECK_EQUAL(published.size() + tested.left_out(), 10u);
}

CAF_TEST_FIXTURE_SCOPE_END()
