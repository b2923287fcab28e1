#define CAF_SUITE session_protocol_deliver

#include <caf/test/unit_test.hpp>

#include "routing/access_rules.hpp"
#include "tests/actors/session/protocol/bench.hpp"

using namespace troupe;
using namespace troupe::session;
using namespace troupe::session::test;
using mqtt::packet_type;
using mqtt::reason;
using mqtt::version;
using std::chrono::seconds;

namespace {

std::vector<std::string> payloads(const bench& b) {
  std::vector<std::string> result;
  for (const auto& packet : b.out)
    if (const auto* each = std::get_if<mqtt::publish>(&packet)) result.push_back(text(each->payload));
  return result;
}

using texts = std::vector<std::string>;

}  // namespace

// MQTT-4.3.1-1, MQTT-3.3.1-3, MQTT-3.8.4-8, MQTT-4.8.2-3, MQTT-3.3.4-2
CAF_TEST(deliveries_have_the_lower_qos_and_no_dup) {
  bench b;
  b.connect();
  b.deliver(message("t", "x", qos::exactly_once), to_subscriber(qos::at_least_once));
  CAF_CHECK(b.got<mqtt::publish>().qos == qos::at_least_once);
  CAF_CHECK(!b.got<mqtt::publish>().duplicate);
  b.deliver(message("t", "x", qos::at_most_once), to_subscriber(qos::exactly_once));
  CAF_CHECK(b.got<mqtt::publish>().qos == qos::at_most_once);
  CAF_CHECK_EQUAL(b.fx.delivered.messages, 1u);
}

// MQTT-2.2.1-4, MQTT-4.3.2-1, MQTT-4.3.2-2, MQTT-4.3.2-3, MQTT-4.3.3-1
CAF_TEST(packet_ids_are_not_used_twice_while_in_flight) {
  bench b;
  b.connect();
  b.deliver("t", "1", qos::at_least_once);
  auto first = b.got<mqtt::publish>().packet_id;
  b.deliver("t", "2", qos::at_least_once);
  auto second = b.got<mqtt::publish>().packet_id;
  CAF_CHECK_NOT_EQUAL(first, second);
  CAF_CHECK_NOT_EQUAL(first, 0);
  b.acknowledge(packet_type::puback, first);
  CAF_CHECK_EQUAL(b.rec.inflight.size(), 1u);
  b.deliver("t", "3", qos::at_least_once);
  CAF_CHECK_NOT_EQUAL(b.got<mqtt::publish>().packet_id, second);
}

// MQTT-4.3.3-2, MQTT-4.3.3-3, MQTT-4.3.3-4, MQTT-4.3.3-5, MQTT-3.6.2-1, MQTT-4.6.0-4
CAF_TEST(qos_2_goes_through_its_four_steps) {
  bench b;
  b.connect();
  b.deliver("t", "x", qos::exactly_once);
  auto id = b.got<mqtt::publish>().packet_id;
  b.acknowledge(packet_type::pubrec, id);
  CAF_CHECK(b.got<mqtt::acknowledgement>().type == packet_type::pubrel);
  CAF_CHECK_EQUAL(b.got<mqtt::acknowledgement>().packet_id, id);
  CAF_CHECK_EQUAL(b.rec.inflight.size(), 1u);
  b.acknowledge(packet_type::pubcomp, id);
  CAF_CHECK(b.out.empty());
  CAF_CHECK(b.rec.inflight.empty());
}

// MQTT-3.3.4-9, MQTT-4.9.0-1, MQTT-4.9.0-2, MQTT-3.3.4-10, MQTT-4.9.0-3
CAF_TEST(the_clients_receive_maximum_is_kept_and_other_packets_go_on) {
  bench b;
  b.request.receive_maximum = 2;
  b.connect();
  for (auto payload : {"1", "2", "3", "4"}) b.deliver("t", payload, qos::at_least_once);
  CAF_CHECK_EQUAL(b.rec.inflight.open(), 2u);
  CAF_CHECK_EQUAL(b.rec.queued_messages(), 2u);
  b.send(mqtt::pingreq{});
  CAF_CHECK_EQUAL(b.out.size(), 1u);
  b.acknowledge(packet_type::puback, 1);
  CAF_CHECK_EQUAL(payloads(b), texts{"3"});
  b.acknowledge(packet_type::puback, 2);
  CAF_CHECK_EQUAL(payloads(b), texts{"4"});
  CAF_CHECK_EQUAL(b.rec.queued_messages(), 0u);
  CAF_CHECK(b.decisions_were_pure());
}

// MQTT-4.4.0-1, MQTT-4.6.0-1, MQTT-3.3.1-1, MQTT-4.3.3-6, MQTT-4.3.3-7, MQTT-4.3.3-13
CAF_TEST(a_new_link_gets_what_was_in_flight_in_its_order) {
  bench b;
  b.connect();
  auto expires = b.now + seconds{10};
  for (auto payload : {"1", "2", "3"}) {
    auto at = payload[0] == '2' ? qos::exactly_once : qos::at_least_once;
    b.deliver(message("t", payload, at, false, expires), to_subscriber(at));
  }
  b.acknowledge(packet_type::pubrec, 2);
  b.now += seconds{20};
  b.reconnect();
  CAF_REQUIRE_EQUAL(b.out.size(), 4u);
  CAF_CHECK(b.got<mqtt::connack>(0).session_present);
  CAF_CHECK_EQUAL(b.got<mqtt::publish>(1).packet_id, 1);
  CAF_CHECK(b.got<mqtt::publish>(1).duplicate);
  CAF_CHECK(b.got<mqtt::acknowledgement>(2).type == packet_type::pubrel);
  CAF_CHECK_EQUAL(b.got<mqtt::acknowledgement>(2).packet_id, 2);
  CAF_CHECK_EQUAL(b.got<mqtt::publish>(3).packet_id, 3);
  CAF_CHECK_EQUAL(b.fx.delivered.messages, 0u);
}

// MQTT-3.3.4-9, MQTT-4.6.0-1
CAF_TEST(resending_keeps_the_receive_maximum_of_the_new_link) {
  bench b;
  b.connect();
  for (auto payload : {"1", "2", "3"}) b.deliver("t", payload, qos::at_least_once);
  b.request.receive_maximum = 1;
  b.reconnect();
  CAF_CHECK_EQUAL(payloads(b), texts{"1"});
  b.deliver("t", "4", qos::at_least_once);
  CAF_CHECK(b.out.empty());
  b.acknowledge(packet_type::puback, 1);
  CAF_CHECK_EQUAL(payloads(b), texts{"2"});
  // An acknowledgement of what this link has not sent yet ends it all the same.
  b.acknowledge(packet_type::puback, 3);
  CAF_CHECK(b.out.empty());
  b.acknowledge(packet_type::puback, 2);
  CAF_CHECK_EQUAL(payloads(b), texts{"4"});
  CAF_CHECK(b.decisions_were_pure());
}

// MQTT-4.4.0-2, MQTT-4.8.2-6
CAF_TEST(what_the_client_refuses_is_not_sent_again) {
  bench b;
  b.connect();
  auto shared = to_subscriber(qos::exactly_once);
  shared.group = shared_text{"$share/g/t"};
  b.deliver(message("t", "1", qos::at_least_once), shared);
  b.deliver(message("t", "2", qos::exactly_once), shared);
  b.acknowledge(packet_type::puback, 1, reason::unspecified_error);
  CAF_CHECK_EQUAL(b.dropped(drop_reason::refused), 1u);
  b.acknowledge(packet_type::pubrec, 2, reason::unspecified_error);
  CAF_CHECK_EQUAL(b.dropped(drop_reason::refused), 1u);
  CAF_CHECK(b.out.empty());
  b.reconnect();
  CAF_CHECK(payloads(b).empty());
  b.end();
  CAF_CHECK(b.fx.redispatches.empty());
}

CAF_TEST(unknown_and_mismatched_acknowledgements) {
  bench b;
  b.connect();
  b.acknowledge(packet_type::puback, 99);
  CAF_CHECK(!b.fx.close && b.out.empty());
  b.acknowledge(packet_type::pubcomp, 99);
  CAF_CHECK(!b.fx.close && b.out.empty());
  b.acknowledge(packet_type::pubrec, 99);
  CAF_CHECK(b.got<mqtt::acknowledgement>().reason == reason::packet_identifier_not_found);
  b.deliver("t", "x", qos::exactly_once);
  b.acknowledge(packet_type::puback, 1);
  CAF_CHECK(b.closed_with(reason::protocol_error));
}

// MQTT-3.3.2-5, MQTT-3.3.2-6
CAF_TEST(expiry_counts_down_and_then_drops) {
  bench b;
  b.connect();
  auto body = message("t", "x", qos::at_most_once, false, b.now + seconds{10});
  b.now += seconds{4};
  b.deliver(body, to_subscriber(qos::at_most_once));
  CAF_CHECK_EQUAL(b.got<mqtt::publish>().properties.message_expiry.value_or(0), 6u);
  b.outbox_room = 0;
  b.deliver(body, to_subscriber(qos::at_most_once));
  b.deliver("t", "y", qos::at_most_once);
  b.now += seconds{6};
  b.outbox_room = 1000;
  b.drain();
  CAF_CHECK_EQUAL(payloads(b), texts{"y"});
  CAF_CHECK_EQUAL(b.dropped(drop_reason::expired), 1u);
  CAF_CHECK(b.decisions_were_pure());
}

// MQTT-3.1.2-24, MQTT-3.1.2-25
CAF_TEST(what_is_too_large_for_the_client_counts_as_sent) {
  bench b;
  b.request.maximum_packet_size = 40;
  b.connect();
  b.deliver("topic", std::string(100, 'x'), qos::at_least_once);
  CAF_CHECK(b.out.empty());
  CAF_CHECK(b.rec.inflight.empty());
  CAF_CHECK_EQUAL(b.dropped(drop_reason::too_large), 1u);
  b.deliver("topic", "small", qos::at_least_once);
  CAF_CHECK_EQUAL(b.got<mqtt::publish>().packet_id, 1);
}

// MQTT-3.1.2-25
CAF_TEST(what_the_next_link_takes_no_more_is_given_up) {
  bench b;
  b.connect();
  b.deliver("topic", std::string(100, 'x'), qos::at_least_once);
  b.deliver("topic", "small", qos::at_least_once);
  b.request.maximum_packet_size = 60;
  b.reconnect();
  CAF_CHECK_EQUAL(payloads(b), texts{"small"});
  CAF_CHECK_EQUAL(b.dropped(drop_reason::too_large), 1u);
  CAF_CHECK_EQUAL(b.rec.inflight.size(), 1u);
}

// MQTT-3.3.1-12, MQTT-3.3.1-13, MQTT3-3.3.1-8
CAF_TEST(retain_is_told_as_the_subscription_asks) {
  bench b;
  b.connect();
  auto body = message("t", "x", qos::at_most_once, true);
  auto to = to_subscriber(qos::at_most_once);
  b.deliver(body, to);
  CAF_CHECK(!b.got<mqtt::publish>().retain);
  to.retain_as_published = true;
  b.deliver(body, to);
  CAF_CHECK(b.got<mqtt::publish>().retain);
  to.retain_as_published = false;
  to.retained = true;
  b.deliver(body, to);
  CAF_CHECK(b.got<mqtt::publish>().retain);
}

// MQTT-3.3.4-3, MQTT-3.3.4-4
CAF_TEST(all_subscription_identifiers_go_along_also_through_queue_and_window) {
  bench b;
  b.request.receive_maximum = 1;
  b.connect();
  const std::uint32_t ids[] = {7, 300, 70'000};
  auto to = to_subscriber(qos::at_least_once);
  to.identifiers = ids;
  auto body = message("t", "x", qos::at_least_once);
  std::vector<std::uint32_t> expected(std::begin(ids), std::end(ids));
  b.deliver(body, to);
  CAF_CHECK_EQUAL(b.got<mqtt::publish>().properties.subscription_identifiers, expected);
  b.deliver(body, to);
  b.acknowledge(packet_type::puback, 1);
  CAF_CHECK_EQUAL(b.got<mqtt::publish>().properties.subscription_identifiers, expected);
  b.reconnect();
  CAF_CHECK_EQUAL(b.got<mqtt::publish>(1).properties.subscription_identifiers, expected);
}

// MQTT-3.1.2-26, MQTT-3.3.2-11, MQTT-3.3.2-8, MQTT-3.3.2-7
CAF_TEST(the_first_topics_get_an_alias) {
  bench b;
  b.request.topic_alias_maximum = 1;
  b.connect();
  b.deliver("a/long/topic", "1", qos::at_most_once);
  CAF_CHECK_EQUAL(b.got<mqtt::publish>().topic, "a/long/topic");
  CAF_CHECK_EQUAL(b.got<mqtt::publish>().properties.topic_alias, 1);
  b.deliver("a/long/topic", "2", qos::at_most_once);
  CAF_CHECK(b.got<mqtt::publish>().topic.empty());
  CAF_CHECK_EQUAL(b.got<mqtt::publish>().properties.topic_alias, 1);
  b.deliver("another/topic", "3", qos::at_most_once);
  CAF_CHECK_EQUAL(b.got<mqtt::publish>().topic, "another/topic");
  CAF_CHECK_EQUAL(b.got<mqtt::publish>().properties.topic_alias, 0);
  b.reconnect();
  b.deliver("another/topic", "4", qos::at_most_once);
  CAF_CHECK_EQUAL(b.got<mqtt::publish>().topic, "another/topic");
  CAF_CHECK_EQUAL(b.got<mqtt::publish>().properties.topic_alias, 1);
  CAF_CHECK(b.decisions_were_pure());
}

// MQTT-3.1.2-27
CAF_TEST(no_alias_for_a_client_that_takes_none) {
  bench b;
  b.connect();
  b.deliver("a/long/topic", "1", qos::at_most_once);
  b.deliver("a/long/topic", "2", qos::at_most_once);
  CAF_CHECK_EQUAL(b.got<mqtt::publish>().topic, "a/long/topic");
  CAF_CHECK(!b.rec.aliases);
}

CAF_TEST(a_congested_link_makes_deliveries_wait_in_order) {
  bench b;
  b.connect();
  b.outbox_room = 0;
  for (auto payload : {"1", "2", "3"}) b.deliver("t", payload, qos::at_most_once);
  CAF_CHECK(b.out.empty());
  CAF_CHECK_EQUAL(b.rec.queued_messages(), 3u);
  b.outbox_room = 6;  // one packet goes past it, and is the last
  b.drain();
  CAF_CHECK_EQUAL(payloads(b), texts{"1"});
  b.outbox_room = 1000;
  b.deliver("t", "4", qos::at_most_once);
  CAF_CHECK(b.out.empty());
  b.drain();
  CAF_CHECK_EQUAL(payloads(b), (texts{"2", "3", "4"}));
}

CAF_TEST(qos_0_for_an_absent_client_is_lost_unless_configured) {
  bench b;
  b.connect();
  b.lose_link();
  b.deliver("t", "0", qos::at_most_once);
  CAF_CHECK_EQUAL(b.dropped(drop_reason::away_qos0), 1u);
  b.deliver("t", "1", qos::at_least_once);
  b.limits.queue_qos0_while_away = true;
  b.deliver("t", "2", qos::at_most_once);
  b.connect(true);
  CAF_CHECK_EQUAL(payloads(b), (texts{"1", "2"}));
}

CAF_TEST(a_full_queue_obeys_its_policy) {
  struct row {
    config::overflow policy;
    texts left;
  };
  for (const auto& [policy, left] :
       {row{config::overflow::drop_oldest, {"3q", "4n", "5q"}}, row{config::overflow::drop_newest, {"1q", "2n", "3q"}},
        row{config::overflow::drop_qos0_first, {"1q", "3q", "5q"}}}) {
    bench b;
    b.limits.queue_messages_max = 3;
    b.limits.queue_overflow = policy;
    b.limits.queue_qos0_while_away = true;
    b.connect();
    b.lose_link();
    for (auto payload : {"1q", "2n", "3q", "4n", "5q"})
      b.deliver("t", payload, payload[1] == 'q' ? qos::at_least_once : qos::at_most_once);
    CAF_CHECK_EQUAL(b.rec.queued_messages(), 3u);
    b.connect(true);
    CAF_CHECK_EQUAL(payloads(b), left);
    CAF_CHECK(b.decisions_were_pure());
  }
}

CAF_TEST(a_queue_that_is_full_of_qos_1_gives_up_its_oldest_for_qos_1_only) {
  bench b;
  b.limits.queue_messages_max = 2;
  b.limits.queue_overflow = config::overflow::drop_qos0_first;
  b.limits.queue_qos0_while_away = true;
  b.connect();
  b.lose_link();
  for (auto payload : {"1", "2", "3"}) b.deliver("t", payload, qos::at_least_once);
  b.deliver("t", "zero", qos::at_most_once);
  CAF_CHECK_EQUAL(b.dropped(drop_reason::queue_full), 1u);
  b.connect(true);
  CAF_CHECK_EQUAL(payloads(b), (texts{"2", "3"}));
}

CAF_TEST(a_queue_full_by_bytes_makes_room_for_all_of_the_new_message) {
  bench b;
  auto one = message("t", "0123456789", qos::at_least_once);
  b.limits.queue_bytes_max = 3 * one->memory();
  b.connect();
  b.lose_link();
  for (int i = 0; i < 3; ++i) b.deliver(one, to_subscriber(qos::at_least_once));
  b.deliver("t", std::string(10 + one->memory(), 'x'), qos::at_least_once);
  CAF_CHECK_EQUAL(b.dropped(drop_reason::queue_full), 2u);
  CAF_CHECK_EQUAL(b.rec.queued_messages(), 2u);
  b.deliver("t", std::string(10'000, 'x'), qos::at_least_once);
  CAF_CHECK(b.rec.queued_bytes() <= b.limits.queue_bytes_max);
}

CAF_TEST(a_full_queue_may_cost_the_link) {
  bench b;
  b.limits.queue_messages_max = 1;
  b.limits.queue_overflow = config::overflow::disconnect;
  b.request.receive_maximum = 1;
  b.connect();
  for (auto payload : {"1", "2", "3"}) b.deliver("t", payload, qos::at_least_once);
  CAF_CHECK(b.closed_with(reason::quota_exceeded));
  CAF_CHECK_EQUAL(b.dropped(drop_reason::queue_full), 1u);
  CAF_CHECK_EQUAL(b.rec.queued_messages(), 1u);
}

CAF_TEST(what_a_wide_filter_must_not_bring_is_held_back) {
  bench b;
  auto rules = std::get<access_rules_ptr>(access_rules::parse("deny all subscribe secret/#\nallow all all #\n", false));
  b.access = rules.get();
  b.mount_point = "m/";
  b.connect();
  CAF_CHECK(b.rec.guarded);
  b.deliver("m/open", "x", qos::at_least_once);
  CAF_CHECK_EQUAL(b.got<mqtt::publish>().topic, "open");
  b.deliver("m/secret/1", "x", qos::at_least_once);
  CAF_CHECK(b.out.empty());
  CAF_CHECK_EQUAL(b.dropped(drop_reason::denied), 1u);
}

CAF_TEST(large_payloads_are_shared_and_arrive_whole) {
  bench b;
  b.connect();
  std::string large(20'000, 'z');
  b.deliver("t", large, qos::at_least_once);
  CAF_CHECK_EQUAL(b.fx.out.shared().size(), 1u);
  CAF_CHECK_EQUAL(text(b.got<mqtt::publish>().payload), large);
}

CAF_TEST(a_client_that_never_completes_gathers_no_endless_window) {
  bench b;
  b.limits.inflight_max = 3;
  b.connect();
  for (int i = 0; i < 10; ++i) b.deliver("t", "x", qos::exactly_once);
  for (int link = 0; link < 5; ++link) {
    for (auto id = b.rec.inflight.first(); id != 0; id = b.rec.inflight.after(id))
      b.acknowledge(packet_type::pubrec, id);
    b.reconnect();
    CAF_CHECK_EQUAL(b.rec.inflight.size(), 3u);
  }
  CAF_CHECK_EQUAL(b.rec.queued_messages(), 7u);
}
