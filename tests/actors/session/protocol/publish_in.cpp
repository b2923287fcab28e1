#define CAF_SUITE session_protocol_publish_in

#include <caf/test/unit_test.hpp>

#include "routing/access_rules.hpp"
#include "tests/actors/session/protocol/bench.hpp"

using namespace troupe;
using namespace troupe::session;
using namespace troupe::session::test;
using mqtt::packet_type;
using mqtt::reason;
using mqtt::version;

namespace {

access_rules_ptr rules(std::string_view text) { return std::get<access_rules_ptr>(access_rules::parse(text, false)); }

mqtt::publish with_alias(std::string_view topic, std::uint16_t alias) {
  mqtt::publish result;
  result.topic = topic;
  result.properties.topic_alias = alias;
  return result;
}

/// Publishes and has it routed at once.
void publish_and_answer(bench& b, troupe::qos at, std::uint16_t packet_id) {
  b.publish("topic", "x", at, packet_id);
  b.answer(route{b.fx.routes.at(0)});
}

}  // namespace

// MQTT-3.3.4-1, MQTT-4.5.0-1
CAF_TEST(qos_0_is_routed_and_never_answered) {
  bench b;
  b.connect();
  b.publish("a/b", "hello", qos::at_most_once);
  CAF_REQUIRE_EQUAL(b.fx.routes.size(), 1u);
  CAF_CHECK_EQUAL(b.fx.routes[0].body->topic(), "a/b");
  CAF_CHECK_EQUAL(text(b.fx.routes[0].body->payload()), "hello");
  CAF_CHECK_EQUAL(b.fx.received.messages, 1u);
  CAF_CHECK_EQUAL(b.rec.unrouted_messages, 1u);
  b.answer(route{b.fx.routes[0]});
  CAF_CHECK(b.out.empty());
  CAF_CHECK_EQUAL(b.rec.unrouted_messages, 0u);
  CAF_CHECK_EQUAL(b.rec.unrouted_bytes, 0u);
  CAF_CHECK(b.decisions_were_pure());
}

// MQTT-4.3.2-4, MQTT-3.4.2-1, MQTT-2.2.1-5
CAF_TEST(puback_waits_for_the_shards_and_says_who_listened) {
  bench b;
  b.connect();
  b.publish("t", "x", qos::at_least_once, 9);
  CAF_CHECK(b.out.empty());
  auto sent = b.fx.routes.at(0);
  b.answer(sent);
  CAF_CHECK_EQUAL(b.got<mqtt::acknowledgement>().packet_id, 9);
  CAF_CHECK(b.got<mqtt::acknowledgement>().reason == reason::success);
  b.publish("t", "x", qos::at_least_once, 10);
  sent = b.fx.routes.at(0);
  b.answer(sent, false);
  CAF_CHECK(b.got<mqtt::acknowledgement>().reason == reason::no_matching_subscribers);
}

// MQTT-4.6.0-2, MQTT-4.6.0-3
CAF_TEST(acknowledgements_leave_in_the_order_of_their_publishes) {
  bench b;
  b.connect();
  std::vector<route> sent;
  for (std::uint16_t id = 1; id <= 6; ++id) {
    b.publish("t", "x", id % 2 == 0 ? qos::exactly_once : qos::at_least_once, id);
    sent.push_back(b.fx.routes.at(0));
  }
  std::vector<std::uint16_t> order;
  std::vector<std::size_t> acknowledged;
  for (std::size_t i : {5u, 3u, 1u, 0u, 4u, 2u}) {
    b.answer(sent[i]);
    acknowledged.push_back(b.out.size());
    for (const auto& packet : b.out) {
      const auto& each = std::get<mqtt::acknowledgement>(packet);
      CAF_CHECK(each.type == (each.packet_id % 2 == 0 ? packet_type::pubrec : packet_type::puback));
      order.push_back(each.packet_id);
    }
  }
  CAF_CHECK_EQUAL(acknowledged, (std::vector<std::size_t>{0, 0, 0, 2, 0, 4}));
  CAF_CHECK_EQUAL(order, (std::vector<std::uint16_t>{1, 2, 3, 4, 5, 6}));
  CAF_CHECK(b.decisions_were_pure());
}

// MQTT-4.6.0-2
CAF_TEST(a_refusal_known_at_once_waits_for_those_before_it) {
  bench b;
  auto only_t = rules("allow all all t\n");
  b.access = only_t.get();
  b.connect();
  b.publish("t", "x", qos::at_least_once, 1);
  auto sent = b.fx.routes.at(0);
  b.publish("secret", "x", qos::at_least_once, 2);
  CAF_CHECK(b.out.empty());
  b.answer(sent);
  CAF_REQUIRE_EQUAL(b.out.size(), 2u);
  CAF_CHECK_EQUAL(b.got<mqtt::acknowledgement>(0).packet_id, 1);
  CAF_CHECK(b.got<mqtt::acknowledgement>(1).reason == reason::not_authorized);
}

// MQTT-4.3.3-8, MQTT-4.3.3-10, MQTT-4.3.3-11, MQTT-4.3.3-12, MQTT-3.5.2-1, MQTT-3.7.2-1
CAF_TEST(a_qos_2_id_is_one_message_until_it_is_released) {
  bench b;
  b.connect();
  b.publish("t", "x", qos::exactly_once, 5);
  auto sent = b.fx.routes.at(0);
  b.answer(sent);
  CAF_CHECK(b.got<mqtt::acknowledgement>().type == packet_type::pubrec);
  b.publish("t", "x", qos::exactly_once, 5, true);
  CAF_CHECK(b.fx.routes.empty());
  CAF_CHECK(b.got<mqtt::acknowledgement>().type == packet_type::pubrec);
  b.acknowledge(packet_type::pubrel, 5);
  CAF_CHECK(b.got<mqtt::acknowledgement>().type == packet_type::pubcomp);
  CAF_CHECK(b.got<mqtt::acknowledgement>().reason == reason::success);
  b.publish("t", "y", qos::exactly_once, 5);
  CAF_CHECK_EQUAL(b.fx.routes.size(), 1u);
}

// MQTT-4.3.3-10
CAF_TEST(a_repeated_qos_2_publish_waits_for_the_answer_of_the_first_across_links) {
  bench b;
  b.connect();
  b.publish("t", "x", qos::exactly_once, 5);
  auto sent = b.fx.routes.at(0);
  b.reconnect();
  b.publish("t", "x", qos::exactly_once, 5, true);
  CAF_CHECK(b.fx.routes.empty());
  CAF_CHECK(b.out.empty());
  b.answer(sent);
  CAF_REQUIRE_EQUAL(b.out.size(), 1u);
  CAF_CHECK(b.got<mqtt::acknowledgement>().type == packet_type::pubrec);
  CAF_CHECK(b.decisions_were_pure());
}

// MQTT-4.3.2-5
CAF_TEST(an_answer_for_a_lost_link_acknowledges_nothing_on_the_next) {
  bench b;
  b.connect();
  b.publish("t", "x", qos::at_least_once, 5);
  auto old = b.fx.routes.at(0);
  b.reconnect();
  b.publish("t", "x", qos::at_least_once, 5, true);
  auto present = b.fx.routes.at(0);
  b.answer(old);
  CAF_CHECK(b.out.empty());
  b.answer(present);
  CAF_CHECK_EQUAL(b.out.size(), 1u);
  CAF_CHECK_EQUAL(b.rec.unrouted_messages, 0u);
}

CAF_TEST(pubrel_of_an_unknown_id_is_told_so) {
  bench b;
  b.connect();
  b.acknowledge(packet_type::pubrel, 77);
  CAF_CHECK(b.got<mqtt::acknowledgement>().reason == reason::packet_identifier_not_found);
}

// MQTT-4.3.3-9
CAF_TEST(a_refused_qos_2_publish_frees_its_id) {
  bench b;
  b.connect();
  b.publish("t", "x", qos::exactly_once, 5);
  auto sent = b.fx.routes.at(0);
  b.answer(sent, true, reason::quota_exceeded);
  CAF_CHECK(b.got<mqtt::acknowledgement>().reason == reason::quota_exceeded);
  b.publish("t", "x", qos::exactly_once, 5);
  CAF_CHECK_EQUAL(b.fx.routes.size(), 1u);
}

// MQTT3-4.8.0-2
CAF_TEST(mqtt_3_loses_its_link_when_a_publication_could_not_be_taken) {
  bench b{version::v3_1_1};
  b.connect();
  b.publish("t", "x", qos::exactly_once, 5);
  auto sent = b.fx.routes.at(0);
  b.answer(sent, true, reason::unspecified_error);
  CAF_CHECK(b.closed_with(reason::unspecified_error));
  b.connect(true);
  b.publish("t", "x", qos::exactly_once, 5, true);
  CAF_CHECK_EQUAL(b.fx.routes.size(), 1u);
}

// MQTT-3.3.4-7
CAF_TEST(a_client_beyond_receive_maximum_is_cut) {
  bench b;
  b.limits.receive_maximum = 2;
  b.connect();
  b.publish("t", "x", qos::at_least_once, 1);
  auto first = b.fx.routes.at(0);
  b.publish("t", "x", qos::exactly_once, 2);
  b.answer(first);
  b.publish("t", "x", qos::at_least_once, 3);
  CAF_CHECK_EQUAL(b.fx.routes.size(), 1u);
  b.publish("t", "x", qos::exactly_once, 2, true);
  CAF_CHECK(!b.fx.close);
  b.publish("t", "x", qos::at_least_once, 4);
  CAF_CHECK(b.closed_with(reason::receive_maximum_exceeded));
}

// MQTT-3.3.4-7
CAF_TEST(the_quota_of_the_client_comes_back_with_each_finished_handshake) {
  bench b;
  b.limits.receive_maximum = 1;
  b.connect();
  for (std::uint16_t id = 1; id <= 10; ++id) publish_and_answer(b, qos::at_least_once, id);
  for (std::uint16_t id = 1; id <= 10; ++id) {
    publish_and_answer(b, qos::exactly_once, id);
    b.acknowledge(packet_type::pubrel, id);
  }
  CAF_CHECK(b.rec.connected);
  CAF_CHECK_EQUAL(b.rec.inbound->open, 0u);
}

// MQTT-3.3.2-12, MQTT-3.3.2-7, MQTT-3.2.2-17, MQTT-3.2.2-18, MQTT-3.3.2-9
CAF_TEST(aliases_of_the_client_hold_as_long_as_its_link) {
  bench b;
  b.limits.topic_alias_max = 2;
  b.connect();
  b.send(with_alias("first", 1));
  b.send(with_alias("second", 2));
  b.send(with_alias("", 1));
  CAF_CHECK_EQUAL(b.fx.routes.at(0).body->topic(), "first");
  b.send(with_alias("other", 1));
  b.send(with_alias("", 1));
  CAF_CHECK_EQUAL(b.fx.routes.at(0).body->topic(), "other");
  b.reconnect();
  b.send(with_alias("", 1));
  CAF_CHECK(b.closed_with(reason::protocol_error));
  b.connect(true);
  b.send(with_alias("third", 3));
  CAF_CHECK(b.closed_with(reason::topic_alias_invalid));
}

// MQTT-3.2.2-11, MQTT-3.2.2-14
CAF_TEST(what_connack_ruled_out_costs_the_link) {
  bench b;
  b.limits.qos_max = 1;
  b.limits.retain_available = false;
  b.connect();
  b.publish("t", "x", qos::exactly_once, 1);
  CAF_CHECK(b.closed_with(reason::qos_not_supported));
  b.connect(true);
  mqtt::publish retained;
  retained.topic = "t";
  retained.retain = true;
  b.send(retained);
  CAF_CHECK(b.closed_with(reason::retain_not_supported));
}

// MQTT-3.3.4-6
CAF_TEST(a_subscription_identifier_from_a_client_is_a_protocol_error) {
  bench b;
  b.connect();
  mqtt::publish sent;
  sent.topic = "t";
  sent.properties.subscription_identifiers = {3};
  b.send(sent);
  CAF_CHECK(b.closed_with(reason::protocol_error));
}

CAF_TEST(topic_names_with_too_many_levels_are_refused) {
  bench b;
  b.limits.topic_levels_max = 3;
  b.connect();
  b.publish("a/b/c", "x", qos::at_most_once);
  CAF_CHECK_EQUAL(b.fx.routes.size(), 1u);
  b.publish("a/b/c/", "x", qos::at_most_once);
  CAF_CHECK(b.closed_with(reason::topic_name_invalid));
}

// MQTT-3.3.2-2, MQTT-4.7.0-1
CAF_TEST(topic_names_with_wildcards_cost_the_link) {
  bench b;
  b.connect();
  b.publish("a/+", "x", qos::at_most_once);
  CAF_CHECK(b.closed_with(reason::topic_name_invalid));
}

CAF_TEST(a_payload_that_is_not_the_text_it_claims_to_be_is_refused) {
  bench b;
  b.connect();
  mqtt::publish sent;
  sent.topic = "t";
  sent.payload = bytes("\xFF\xFE");
  sent.qos = qos::at_least_once;
  sent.packet_id = 1;
  const std::byte indicator[] = {std::byte{1}, std::byte{1}};
  sent.properties.forwarded = indicator;
  b.send(sent);
  CAF_CHECK(b.fx.routes.empty());
  CAF_CHECK(b.got<mqtt::acknowledgement>().reason == reason::payload_format_invalid);
  sent.payload = bytes("text");
  b.send(sent);
  CAF_CHECK_EQUAL(b.fx.routes.size(), 1u);
}

// MQTT3-3.3.5-2
CAF_TEST(mqtt_3_is_told_that_all_is_well_where_it_may_not_publish) {
  bench b{version::v3_1_1};
  auto nothing = rules("deny all all #\n");
  b.access = nothing.get();
  b.connect();
  b.publish("t", "x", qos::at_least_once, 1);
  CAF_CHECK(b.fx.routes.empty());
  CAF_CHECK_EQUAL(b.dropped(drop_reason::denied), 1u);
  CAF_CHECK(b.got<mqtt::acknowledgement>().type == packet_type::puback);
  b.publish("t", "x", qos::exactly_once, 2);
  CAF_CHECK(b.got<mqtt::acknowledgement>().type == packet_type::pubrec);
  b.acknowledge(packet_type::pubrel, 2);
  CAF_CHECK(b.got<mqtt::acknowledgement>().type == packet_type::pubcomp);
}

CAF_TEST(denied_clients_are_cut_where_the_configuration_says_so) {
  bench b;
  auto nothing = rules("deny all all #\n");
  b.access = nothing.get();
  b.disconnect_on_denied = true;
  b.connect();
  b.publish("t", "x", qos::at_most_once);
  CAF_CHECK(b.closed_with(reason::not_authorized));
}

CAF_TEST(faults_are_injected_only_where_that_is_allowed) {
  bench b;
  b.connect();
  b.publish("$SYS/debug/crash/shard/0", "", qos::at_least_once, 1);
  CAF_CHECK(b.fx.debug_publishes.empty());
  CAF_CHECK(b.got<mqtt::acknowledgement>().reason == reason::not_authorized);
  b.fault_injection = true;
  b.publish("$SYS/debug/crash/shard/0", "", qos::at_least_once, 2);
  CAF_REQUIRE_EQUAL(b.fx.debug_publishes.size(), 1u);
  CAF_CHECK_EQUAL(b.fx.debug_publishes[0], "$SYS/debug/crash/shard/0");
  CAF_CHECK(b.got<mqtt::acknowledgement>().reason == reason::success);
  b.publish("$SYS/brokers/version", "", qos::at_least_once, 3);
  CAF_CHECK(b.got<mqtt::acknowledgement>().reason == reason::not_authorized);
  CAF_CHECK(b.fx.routes.empty());
}

CAF_TEST(topics_are_routed_below_the_mount_point_and_expire) {
  bench b;
  b.mount_point = "tenant/";
  b.connect();
  mqtt::publish sent;
  sent.topic = "a";
  sent.properties.message_expiry = 10;
  b.send(sent);
  const auto& body = *b.fx.routes.at(0).body;
  CAF_CHECK_EQUAL(body.topic(), "tenant/a");
  CAF_CHECK(body.expires() == b.now + std::chrono::seconds{10});
  CAF_CHECK(body.publisher() == bench::self());
}

CAF_TEST(unrouted_publications_stop_the_reading) {
  bench b;
  b.limits.unrouted_messages_max = 2;
  b.connect();
  b.publish("t", "x", qos::at_most_once);
  auto first = b.fx.routes.at(0);
  CAF_CHECK(!wants_pause(b.rec, b.limits));
  b.publish("t", "x", qos::at_most_once);
  CAF_CHECK(wants_pause(b.rec, b.limits));
  b.answer(first);
  CAF_CHECK(!wants_pause(b.rec, b.limits));
}

// A client that ignores Receive Maximum is read no further while an acknowledgement of ours would make room.
CAF_TEST(a_burst_beyond_receive_maximum_stops_the_reading) {
  bench b;
  b.limits.receive_maximum = 1;
  b.connect();
  b.publish("t", "x", qos::at_least_once, 1);
  auto first = b.fx.routes.at(0);
  CAF_CHECK(wants_pause(b.rec, b.limits));
  b.answer(first);
  CAF_CHECK(!wants_pause(b.rec, b.limits));
}
