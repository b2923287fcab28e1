#define CAF_SUITE session_protocol_lifecycle

#include <caf/test/unit_test.hpp>

#include "routing/access_rules.hpp"
#include "tests/actors/session/protocol/bench.hpp"

using namespace troupe;
using namespace troupe::session;
using namespace troupe::session::test;
using mqtt::packet_type;
using mqtt::reason;
using mqtt::version;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

stored_will will_after(std::uint32_t delay) {
  return {message("will", "gone", qos::at_least_once, true), delay, std::nullopt};
}

bool published_will(const bench& b) { return b.fx.routes.size() == 1 && b.fx.routes[0].body->topic() == "will"; }

mqtt::disconnect disconnect_with(reason why) {
  mqtt::disconnect result;
  result.reason = why;
  return result;
}

}  // namespace

// MQTT-3.2.0-1, MQTT-3.2.0-2, MQTT-3.1.4-5, MQTT-3.2.2-9
CAF_TEST(connack_tells_every_limit_and_comes_first) {
  bench b;
  b.limits.qos_max = 1;
  b.limits.retain_available = false;
  b.limits.wildcard_available = false;
  b.limits.shared_available = false;
  b.limits.packet_bytes_max = 5000;
  b.response_information = "responses/";
  b.connect();
  CAF_REQUIRE_EQUAL(b.out.size(), 1u);
  const auto& told = b.got<mqtt::connack>();
  CAF_CHECK(told.reason == reason::success);
  CAF_CHECK_EQUAL(told.maximum_qos, 1);
  CAF_CHECK(!told.retain_available && !told.wildcard_available && !told.shared_available);
  CAF_CHECK_EQUAL(told.receive_maximum, b.limits.receive_maximum);
  CAF_CHECK_EQUAL(told.maximum_packet_size, 5000u);
  CAF_CHECK_EQUAL(told.topic_alias_maximum, b.limits.topic_alias_max);
  CAF_CHECK(!told.server_keep_alive && !told.session_expiry);
  CAF_CHECK(told.assigned_client_id.empty());
  CAF_CHECK(told.response_information.empty());
}

// MQTT-3.1.2-28, MQTT-3.2.2-16, MQTT-3.1.3-7, MQTT-3.2.2-22
CAF_TEST(connack_tells_what_was_asked_for_assigned_or_capped) {
  bench b;
  b.response_information = "responses/";
  b.request.request_response_information = true;
  b.request.client_id_assigned = true;
  b.request.keep_alive = 30;
  b.request.keep_alive_capped = true;
  b.request.session_expiry_capped = true;
  b.connect();
  const auto& told = b.got<mqtt::connack>();
  CAF_CHECK_EQUAL(told.response_information, "responses/");
  CAF_CHECK_EQUAL(told.assigned_client_id, "client");
  CAF_CHECK_EQUAL(told.server_keep_alive.value_or(0), 30);
  CAF_CHECK_EQUAL(told.session_expiry.value_or(0), 3600u);
}

// MQTT-3.2.2-2, MQTT-3.2.2-3, MQTT-3.1.2-5, MQTT-3.1.2-6
CAF_TEST(session_present_is_told_as_the_registry_knows) {
  for (auto present : {false, true}) {
    bench b{version::v3_1_1};
    b.connect(present);
    CAF_CHECK_EQUAL(b.got<mqtt::connack>().session_present, present);
  }
}

// MQTT-3.1.2-24
CAF_TEST(a_client_that_takes_no_connack_gets_nothing) {
  bench b;
  b.request.maximum_packet_size = 5;
  b.connect();
  CAF_CHECK(b.out.empty());
  CAF_CHECK(b.fx.close && b.fx.ended);
}

// MQTT-3.1.0-2
CAF_TEST(a_second_connect_is_a_protocol_error) {
  bench b;
  b.connect();
  mqtt::connect again;
  again.version = version::v5;
  again.client_id = "client";
  b.send(again);
  CAF_CHECK(b.closed_with(reason::protocol_error));
}

// MQTT-3.1.0-2, MQTT-3.14.2-1
CAF_TEST(a_second_connect_of_an_unknown_version_is_no_better) {
  bench b;
  b.connect();
  b.send_raw({0x10, 0x0E, 0, 4, 'M', 'Q', 'T', 'T', 6, 2, 0, 0, 0, 0, 1, 'c'});
  CAF_CHECK(b.closed_with(reason::protocol_error));
}

CAF_TEST(packets_only_a_server_sends_are_protocol_errors) {
  for (const mqtt::packet& wrong : {mqtt::packet{mqtt::connack{}}, mqtt::packet{mqtt::pingresp{}}}) {
    bench b;
    b.connect();
    b.send(wrong);
    CAF_CHECK(b.closed_with(reason::protocol_error));
  }
}

// MQTT-4.13.1-1, MQTT-4.13.2-1, MQTT-3.14.2-1, MQTT-3.14.2-2
CAF_TEST(malformed_bytes_are_told_and_cost_the_link) {
  bench b;
  b.connect();
  b.send_raw({0x30, 0x01, 0x00});
  CAF_CHECK(b.closed_with(reason::malformed_packet));
  CAF_CHECK(!b.got<mqtt::disconnect>().session_expiry);
  CAF_CHECK(!b.fx.close->text.empty());
  bench old{version::v3_1_1};
  old.connect();
  old.send_raw({0x30, 0x01, 0x00});
  CAF_CHECK(old.closed_with(reason::malformed_packet));
}

// MQTT-3.2.2-15
CAF_TEST(what_the_link_finds_wrong_is_told_too) {
  bench b;
  b.connect();
  b.run([&](effects& to) { violation(b.rec, b.env(), reason::packet_too_large, "packet too large", to); });
  CAF_CHECK(b.closed_with(reason::packet_too_large));
}

// MQTT-3.14.4-1, MQTT-3.14.4-2
CAF_TEST(nothing_is_sent_or_taken_after_disconnect) {
  bench b;
  b.connect();
  b.publish("t", "x", qos::at_least_once, 1);
  auto sent = b.fx.routes.at(0);
  b.kick(reason::server_shutting_down);
  CAF_CHECK(b.closed_with(reason::server_shutting_down));
  b.answer(sent);
  CAF_CHECK(b.out.empty());
  b.send(mqtt::pingreq{});
  CAF_CHECK(b.out.empty());
  b.drain();
  b.kick(reason::administrative_action);
  CAF_CHECK(!b.fx.close && b.out.empty());
}

// MQTT-3.12.4-1
CAF_TEST(pingreq_gets_pingresp) {
  bench b;
  b.connect();
  b.send(mqtt::pingreq{});
  CAF_CHECK(std::holds_alternative<mqtt::pingresp>(b.out.at(0)));
}

// MQTT-3.1.2-22, MQTT-3.1.2-8, MQTT-3.1.2-10, MQTT-3.1.2-15
CAF_TEST(silence_for_one_and_a_half_keep_alives_costs_the_link) {
  bench b;
  b.request.keep_alive = 10;
  b.request.will = will_after(0);
  b.connect();
  b.now += seconds{10};
  b.send(mqtt::pingreq{});
  CAF_CHECK(deadline(b.rec) == b.now + seconds{15});
  b.now += milliseconds{14'999};
  b.tick();
  CAF_CHECK(b.rec.connected);
  b.now += milliseconds{1};
  b.paused = true;
  b.tick();
  CAF_CHECK(b.rec.connected);
  b.paused = false;
  b.now += seconds{15};
  b.tick();
  CAF_CHECK(b.closed_with(reason::keep_alive_timeout));
  CAF_CHECK(published_will(b));
  CAF_CHECK(b.fx.routes[0].body->retain());
  CAF_CHECK(!b.rec.will);
}

CAF_TEST(without_keep_alive_silence_is_fine) {
  bench b;
  b.connect();
  CAF_CHECK(!deadline(b.rec));
}

// MQTT-3.1.2-8, MQTT-3.1.3-9
CAF_TEST(a_delayed_will_waits_and_a_new_link_cancels_it) {
  bench b;
  b.request.will = will_after(5);
  b.connect();
  b.lose_link();
  CAF_CHECK(b.fx.routes.empty());
  CAF_CHECK(deadline(b.rec) == b.now + seconds{5});
  b.now += seconds{4};
  b.request.will.reset();
  b.connect(true);
  b.now += seconds{4};
  b.tick();
  CAF_CHECK(b.fx.routes.empty());
  b.request.will = will_after(5);
  b.lose_link();
  b.connect(true);
  b.lose_link();
  b.now += seconds{5};
  b.tick();
  CAF_CHECK(published_will(b));
  CAF_CHECK(!b.fx.ended);
}

// MQTT-3.1.2-8, MQTT-4.1.0-2, MQTT-3.1.2-23
CAF_TEST(the_will_comes_at_the_end_of_the_session_at_the_latest) {
  bench b;
  b.request.will = will_after(100);
  b.request.session_expiry = 10;
  b.connect();
  b.subscribe("a");
  b.lose_link();
  CAF_CHECK(!b.fx.ended);
  b.now += seconds{10};
  b.tick();
  CAF_CHECK(published_will(b));
  CAF_CHECK(b.fx.ended && b.rec.ended);
  CAF_CHECK_EQUAL(b.fx.unsubscribe.at(0).filters.size(), 1u);
  CAF_CHECK(!deadline(b.rec));
}

// MQTT3-3.1.2-6, MQTT-4.1.0-1, MQTT-4.1.0-2
CAF_TEST(a_session_without_expiry_ends_with_its_link) {
  bench b{version::v3_1_1};
  b.request.session_expiry = 0;
  b.request.will = will_after(100);
  b.connect();
  CAF_CHECK(!b.rec.ended);
  b.lose_link();
  CAF_CHECK(b.fx.ended);
  CAF_CHECK(published_will(b));
}

CAF_TEST(a_session_may_never_expire) {
  bench b;
  b.request.session_expiry = never_expires;
  b.connect();
  b.lose_link();
  CAF_CHECK(!deadline(b.rec));
}

// MQTT-3.14.4-3, MQTT-3.1.2-10, MQTT3-3.1.2-12
CAF_TEST(disconnect_takes_the_will_back_unless_it_says_otherwise) {
  for (auto why : {reason::success, reason::disconnect_with_will}) {
    bench b;
    b.request.will = will_after(0);
    b.connect();
    b.send(disconnect_with(why));
    CAF_CHECK(b.fx.close && b.out.empty());
    CAF_CHECK_EQUAL(published_will(b), why != reason::success);
    CAF_CHECK(!b.rec.connected && !b.rec.will);
  }
}

CAF_TEST(disconnect_may_change_the_expiry_but_not_give_one) {
  bench b;
  b.connect();
  auto leaving = disconnect_with(reason::success);
  leaving.session_expiry = 7;
  b.send(leaving);
  CAF_CHECK(deadline(b.rec) == b.now + seconds{7});
  b.connect(true);
  leaving.session_expiry = 0;
  b.request.session_expiry = 0;
  bench ending;
  ending.connect();
  ending.send(leaving);
  CAF_CHECK(ending.fx.ended);
  bench brief;
  brief.request.session_expiry = 0;
  brief.connect();
  leaving.session_expiry = 7;
  brief.send(leaving);
  CAF_CHECK(brief.closed_with(reason::protocol_error));
}

// MQTT-3.1.4-3
CAF_TEST(a_taken_over_link_is_told_and_the_session_stays) {
  bench b;
  b.request.will = will_after(5);
  b.connect();
  b.deliver("t", "x", qos::at_least_once);
  b.kick(reason::session_taken_over);
  CAF_CHECK(b.closed_with(reason::session_taken_over));
  CAF_CHECK(b.fx.routes.empty() && !b.fx.ended);
  b.connect(true);
  CAF_CHECK(b.got<mqtt::publish>(1).duplicate);
}

// MQTT-3.1.2-4, MQTT-3.1.4-4
CAF_TEST(ending_a_session_takes_its_link_and_publishes_its_will) {
  bench b;
  b.request.will = will_after(5);
  b.connect();
  b.end();
  CAF_CHECK(b.closed_with(reason::administrative_action));
  CAF_CHECK(published_will(b) && b.fx.ended);
  b.deliver("t", "x", qos::at_least_once);
  CAF_CHECK_EQUAL(b.dropped(drop_reason::session_ended), 1u);
}

// MQTT-4.8.2-4, MQTT-4.8.2-5
CAF_TEST(a_shared_groups_messages_go_to_another_member_when_the_session_ends) {
  bench b;
  b.request.receive_maximum = 2;
  b.connect();
  auto shared = to_subscriber(qos::exactly_once);
  shared.group = shared_text{"$share/g/t"};
  b.deliver(message("t", "1 sent", qos::at_least_once), shared);
  b.deliver(message("t", "2 sent", qos::exactly_once), shared);
  b.deliver(message("t", "2 queued", qos::exactly_once), shared);
  b.deliver("t", "own", qos::at_least_once);
  b.reconnect();
  CAF_CHECK(b.got<mqtt::publish>(2).qos == qos::exactly_once);
  b.lose_link();
  b.end();
  CAF_REQUIRE_EQUAL(b.fx.redispatches.size(), 2u);
  CAF_CHECK_EQUAL(text(b.fx.redispatches[0].body->payload()), "1 sent");
  CAF_CHECK_EQUAL(text(b.fx.redispatches[1].body->payload()), "2 queued");
  CAF_CHECK_EQUAL(b.fx.redispatches[1].group.view(), "$share/g/t");
  CAF_CHECK_EQUAL(b.dropped(drop_reason::session_ended), 1u);
}

// MQTT-3.1.2-7, MQTT-3.1.2-14
CAF_TEST(the_will_expires_from_its_publication_on_and_obeys_access_rules) {
  bench b;
  b.request.will = stored_will{message("m/will", "gone"), 0, 20};
  b.mount_point = "m/";
  b.connect();
  b.now += seconds{100};
  b.lose_link();
  CAF_CHECK(b.fx.routes.at(0).body->expires() == b.now + seconds{20});
  CAF_CHECK(!b.fx.routes[0].body->retain());
  auto rules = std::get<access_rules_ptr>(access_rules::parse("deny all publish will\n", true));
  b.access = rules.get();
  b.connect(true);
  b.lose_link();
  CAF_CHECK(b.fx.routes.empty());
  CAF_CHECK_EQUAL(b.dropped(drop_reason::denied), 1u);
}

// MQTT-3.1.2-29, MQTT-3.14.2-3
CAF_TEST(a_reason_string_is_left_out_where_it_does_not_fit) {
  bench b;
  b.request.maximum_packet_size = 20;
  b.connect();
  b.send_raw({0x30, 0x01, 0x00});
  CAF_CHECK(b.closed_with(reason::malformed_packet));
  CAF_CHECK(b.got<mqtt::disconnect>().reason_string.empty());
  bench wide;
  wide.connect();
  wide.send_raw({0x30, 0x01, 0x00});
  CAF_CHECK(!wide.got<mqtt::disconnect>().reason_string.empty());
}
