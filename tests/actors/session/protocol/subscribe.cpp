#define CAF_SUITE session_protocol_subscribe

#include <caf/test/unit_test.hpp>

#include "routing/access_rules.hpp"
#include "tests/actors/session/protocol/bench.hpp"

using namespace troupe;
using namespace troupe::session;
using namespace troupe::session::test;
using mqtt::reason;
using mqtt::version;

namespace {

mqtt::subscribe request_for(std::vector<std::string_view> filters, troupe::qos at = qos::exactly_once) {
  mqtt::subscribe result;
  result.packet_id = 12;
  for (auto filter : filters) result.entries.push_back({filter, {.maximum_qos = at}});
  return result;
}

mqtt::unsubscribe unsubscribe_from(std::vector<std::string_view> filters) {
  mqtt::unsubscribe result;
  result.packet_id = 13;
  result.filters = std::move(filters);
  return result;
}

using reasons = std::vector<mqtt::reason>;

const reasons& suback(const bench& b) { return b.got<mqtt::subscription_acknowledgement>().reasons; }

access_rules_ptr rules(std::string_view text) { return std::get<access_rules_ptr>(access_rules::parse(text, false)); }

}  // namespace

// MQTT-3.8.4-1, MQTT-3.8.4-2, MQTT-2.2.1-6, MQTT-3.8.4-6, MQTT-3.9.3-1
CAF_TEST(suback_comes_when_the_shards_have_answered) {
  bench b;
  b.connect();
  b.send(request_for({"a", "b/+"}, qos::at_least_once));
  CAF_CHECK(b.out.empty());
  CAF_REQUIRE_EQUAL(b.fx.subscribe.size(), 1u);
  CAF_CHECK_EQUAL(b.fx.subscribe[0].entries.size(), 2u);
  CAF_CHECK_EQUAL(b.rec.subscriptions.size(), 2u);
  b.answer_subscribe(b.fx.subscribe[0].ticket);
  CAF_CHECK_EQUAL(b.got<mqtt::subscription_acknowledgement>().packet_id, 12);
  CAF_CHECK(suback(b) == (reasons{reason::granted_qos_1, reason::granted_qos_1}));
  CAF_CHECK_EQUAL(b.rec.requests.capacity(), 0u);
  CAF_CHECK(b.decisions_were_pure());
}

// MQTT-3.8.4-5, MQTT-3.8.4-7, MQTT-3.9.3-2, MQTT-3.2.2-10, MQTT3-3.8.3-2
CAF_TEST(each_filter_is_judged_by_itself) {
  bench b;
  b.limits.qos_max = 1;
  b.limits.wildcard_available = false;
  b.limits.shared_available = false;
  b.limits.subscriptions_max = 2;
  auto no_secrets = rules("deny all subscribe secret\nallow all all #\n");
  b.access = no_secrets.get();
  b.connect();
  b.send(request_for({"a", "a/#/b", "a/+", "$share/g/a", "secret", "b", "c", "a"}));
  CAF_CHECK_EQUAL(b.fx.subscribe.at(0).entries.size(), 3u);
  b.answer_subscribe(b.fx.subscribe.at(0).ticket);
  CAF_CHECK(suback(b) ==
            (reasons{reason::granted_qos_1, reason::topic_filter_invalid, reason::wildcard_subscriptions_not_supported,
                     reason::shared_subscriptions_not_supported, reason::not_authorized, reason::granted_qos_1,
                     reason::quota_exceeded, reason::granted_qos_1}));
  CAF_CHECK_EQUAL(b.rec.subscriptions.size(), 2u);
}

CAF_TEST(what_is_refused_altogether_is_answered_at_once) {
  bench b;
  b.limits.subscriptions_max = 0;
  b.connect();
  b.send(request_for({"a"}));
  CAF_CHECK(b.fx.subscribe.empty());
  CAF_CHECK(suback(b) == reasons{reason::quota_exceeded});
}

// MQTT3-3.9.3-2
CAF_TEST(mqtt_3_knows_one_refusal_only) {
  bench b{version::v3_1_1};
  b.limits.wildcard_available = false;
  b.connect();
  b.send(request_for({"a/+"}));
  CAF_CHECK(suback(b) == reasons{reason::unspecified_error});
}

// MQTT-3.8.4-3, MQTT-3.8.4-4
CAF_TEST(the_same_filter_replaces_the_subscription) {
  bench b;
  b.connect();
  b.send(request_for({"a"}, qos::at_most_once));
  CAF_CHECK(b.fx.subscribe.at(0).entries.at(0).is_new);
  auto again = request_for({"a"}, qos::at_least_once);
  again.identifier = 5;
  b.send(again);
  CAF_CHECK(!b.fx.subscribe.at(0).entries.at(0).is_new);
  CAF_CHECK_EQUAL(b.rec.subscriptions.size(), 1u);
  CAF_CHECK_EQUAL(b.rec.subscriptions.find("a")->identifier, 5u);
}

CAF_TEST(a_shard_may_refuse_what_the_session_granted) {
  bench b;
  b.connect();
  b.send(request_for({"bad/#/x", "a", "b"}));
  b.answer_subscribe(b.fx.subscribe.at(0).ticket, {reason::success, reason::unspecified_error});
  CAF_CHECK(suback(b) == (reasons{reason::topic_filter_invalid, reason::granted_qos_2, reason::unspecified_error}));
  CAF_CHECK(!b.rec.subscriptions.find("b"));
  CAF_CHECK(b.rec.subscriptions.find("a"));
}

CAF_TEST(the_mount_point_stands_behind_the_share_name) {
  bench b;
  b.mount_point = "m/";
  b.connect();
  b.send(request_for({"a", "$share/g/a"}));
  CAF_CHECK(b.rec.subscriptions.find("m/a"));
  CAF_CHECK(b.rec.subscriptions.find("$share/g/m/a"));
}

// MQTT-3.10.4-1, MQTT-3.10.4-4, MQTT-3.10.4-6, MQTT-3.11.3-1, MQTT-3.11.3-2
CAF_TEST(unsuback_tells_for_each_filter_what_there_was) {
  bench b;
  b.connect();
  b.subscribe("a");
  b.send(unsubscribe_from({"A", "a"}));
  CAF_CHECK(b.out.empty());
  CAF_CHECK_EQUAL(b.fx.unsubscribe.at(0).filters.size(), 1u);
  CAF_CHECK(b.rec.subscriptions.empty());
  b.answer_unsubscribe(b.fx.unsubscribe.at(0).ticket);
  CAF_CHECK_EQUAL(b.got<mqtt::subscription_acknowledgement>().packet_id, 13);
  CAF_CHECK(suback(b) == (reasons{reason::no_subscription_existed, reason::success}));
}

// MQTT-3.10.4-5
CAF_TEST(unsuback_comes_even_if_there_was_nothing) {
  bench b{version::v3_1_1};
  b.connect();
  b.send(unsubscribe_from({"a"}));
  CAF_CHECK_EQUAL(b.got<mqtt::subscription_acknowledgement>().packet_id, 13);
}

// MQTT-3.10.4-2, MQTT-3.10.4-3
CAF_TEST(what_was_begun_is_completed_after_unsubscribe) {
  bench b;
  b.connect();
  b.subscribe("a");
  b.deliver("a", "x", qos::at_least_once);
  b.send(unsubscribe_from({"a"}));
  CAF_CHECK_EQUAL(b.rec.inflight.size(), 1u);
  b.reconnect();
  CAF_CHECK(b.got<mqtt::publish>(1).duplicate);
}

CAF_TEST(answers_for_a_lost_link_are_told_to_nobody) {
  bench b;
  b.connect();
  b.send(request_for({"a"}));
  auto ticket = b.fx.subscribe.at(0).ticket;
  b.reconnect();
  b.send(request_for({"b"}));
  auto second = b.fx.subscribe.at(0).ticket;
  b.answer_subscribe(ticket);
  CAF_CHECK(b.out.empty());
  b.answer_subscribe(second);
  CAF_CHECK_EQUAL(b.out.size(), 1u);
  b.answer_subscribe(second);
  CAF_CHECK(b.out.empty());
}

CAF_TEST(retained_messages_wait_for_suback) {
  bench b;
  b.connect();
  b.send(request_for({"a"}));
  auto ticket = b.fx.subscribe.at(0).ticket;
  auto retained = to_subscriber(qos::at_most_once);
  retained.retained = true;
  b.deliver(message("a", "old", qos::at_most_once, true), retained);
  b.deliver("a", "live", qos::at_most_once);
  CAF_CHECK(b.out.empty());
  b.drain();
  CAF_CHECK(b.out.empty());
  b.answer_subscribe(ticket);
  CAF_REQUIRE_EQUAL(b.out.size(), 3u);
  CAF_CHECK(std::holds_alternative<mqtt::subscription_acknowledgement>(b.out[0]));
  CAF_CHECK(b.got<mqtt::publish>(1).retain);
  CAF_CHECK_EQUAL(text(b.got<mqtt::publish>(2).payload), "live");
}

CAF_TEST(a_rebuilt_shard_is_told_everything_once_more) {
  bench b;
  b.connect();
  b.subscribe("a");
  b.send(request_for({"b"}));
  auto ticket = b.fx.subscribe.at(0).ticket;
  b.run([&](effects& to) { resubscribe(b.rec, to); });
  CAF_REQUIRE_EQUAL(b.fx.subscribe.size(), 2u);
  CAF_CHECK(b.fx.subscribe[0].again);
  CAF_CHECK_EQUAL(b.fx.subscribe[0].entries.size(), 2u);
  CAF_CHECK_EQUAL(b.fx.subscribe[1].ticket, ticket);
  CAF_CHECK(b.fx.subscribe[1].entries.at(0).is_new);
}

CAF_TEST(new_rules_take_subscriptions_away) {
  bench b;
  b.mount_point = "m/";
  b.connect();
  b.subscribe("a");
  b.subscribe("$share/g/b");
  auto only_a = rules("allow all subscribe a\n");
  b.access = only_a.get();
  b.run([&](effects& to) { access_changed(b.rec, b.env(), to); });
  CAF_REQUIRE_EQUAL(b.fx.unsubscribe.size(), 1u);
  CAF_CHECK_EQUAL(b.fx.unsubscribe[0].filters.at(0).view(), "$share/g/m/b");
  CAF_CHECK_EQUAL(b.fx.unsubscribe[0].ticket, 0u);
  CAF_CHECK(b.out.empty());
  CAF_CHECK_EQUAL(b.rec.subscriptions.size(), 1u);
}

// MQTT-3.1.2-24
CAF_TEST(a_suback_too_large_for_the_client_costs_its_link) {
  bench b;
  b.request.maximum_packet_size = 30;
  b.connect();
  std::vector<std::string_view> filters(100, "a");
  b.send(request_for(filters));
  b.answer_subscribe(b.fx.subscribe.at(0).ticket);
  CAF_CHECK(b.fx.close && b.fx.close->reason == reason::packet_too_large);
  for (const auto& packet : b.raw) CAF_CHECK(packet.size() <= 30);
}

CAF_TEST(a_full_store_takes_no_subscription_of_a_durable_session) {
  for (auto speaks : {version::v5, version::v3_1_1}) {
    bench b{speaks};
    b.durable_number = 5;
    b.connect();
    b.subscribe("old");
    b.storage_full = true;
    mqtt::subscribe wanted;
    wanted.packet_id = 2;
    for (auto filter : {"new", "old", "not/#/valid"}) wanted.entries.push_back({filter, {}});
    b.send(wanted);
    CAF_CHECK(b.fx.subscribe.empty());
    const auto refused = speaks == version::v5 ? reason::quota_exceeded : reason::unspecified_error;
    CAF_CHECK(b.got<mqtt::subscription_acknowledgement>().reasons == std::vector<reason>(3, refused));
    CAF_CHECK_EQUAL(b.rec.subscriptions.size(), 1u);
    CAF_CHECK(b.rec.requests.empty());
    mqtt::unsubscribe no_more;
    no_more.packet_id = 3;
    no_more.filters.push_back("old");
    b.send(no_more);
    CAF_CHECK_EQUAL(b.fx.unsubscribe.size(), 1u);
    CAF_CHECK(b.rec.subscriptions.empty());
  }
}

CAF_TEST(a_full_store_is_no_matter_to_a_session_that_is_not_durable) {
  bench b;
  b.storage_full = true;
  b.connect();
  b.subscribe("new");
  CAF_CHECK_EQUAL(b.rec.subscriptions.size(), 1u);
}
