#define CAF_SUITE actors_durability_sleeping_sessions
#include "actors/durability/sleeping_sessions.hpp"

#include "actors/durability/durability.hpp"
#include "tests/actors/fixtures/lasting_clients.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
using persistence::table;
using strings = std::vector<std::string>;

CAF_TEST_FIXTURE_SCOPE(sleeping_sessions_tests, lasting_clients)

CAF_TEST(a_session_falls_asleep_some_time_after_its_link_is_lost) {
  begin();
  leave_behind("ada", "a");
  broker->advance(1900ms);
  CAF_CHECK(broker->node().find("ada") != nullptr);
  broker->advance(200ms);
  CAF_CHECK(broker->node().find("ada") == nullptr);
  CAF_CHECK(broker->node().find_dormant("ada") != nullptr);
  CAF_CHECK_EQUAL(broker->node().place(0).sessions.size(), 1u);
}

CAF_TEST(a_client_that_comes_back_soon_keeps_its_session_awake) {
  begin();
  leave_behind("ada", "a");
  broker->advance(1500ms);
  auto ada = connect("ada");
  broker->advance(1500ms);
  hang_up(ada);
  broker->advance(1500ms);
  CAF_CHECK(broker->node().find("ada") != nullptr);
  broker->advance(3000ms);
  CAF_CHECK(broker->node().find_dormant("ada") != nullptr);
}

CAF_TEST(its_queue_grows_while_it_sleeps_and_it_wakes_with_everything_in_order) {
  begin(2);
  leave_behind("ada", "a", qos::exactly_once, 1);
  auto bob = connect_clean("bob");
  publish(bob, "a", "1");
  sleep("ada");
  publish(bob, "a", "2");
  bob.publish("a", "3", qos::exactly_once, 9);
  bob.publish("a", "0", qos::at_most_once);
  work();
  bob.take<mqtt::acknowledgement>();
  publish(bob, "a", "4");
  CAF_CHECK(broker->node().find_dormant("ada")->queued == 4);
  client ada;
  CAF_CHECK(reconnect(ada, hello("ada")));
  CAF_CHECK_EQUAL(read_all(ada), (strings{"1", "2", "3", "4"}));
  publish(bob, "a", "5");
  CAF_CHECK_EQUAL(read_all(ada), strings{"5"});
  check_nothing_waits();
}

CAF_TEST(what_was_in_flight_keeps_its_packet_id_over_a_sleep) {
  begin();
  auto ada = connect("ada"), bob = connect_clean("bob");
  subscribe(ada, "a");
  bob.publish("a", "1", qos::exactly_once, 9);
  bob.publish("a", "2", qos::at_least_once, 10);
  work();
  const auto first = ada.take<mqtt::publish>().packet_id, second = ada.take<mqtt::publish>().packet_id;
  ada.acknowledge(mqtt::packet_type::pubrec, first);
  work();
  hang_up(ada);
  sleep("ada");
  CAF_CHECK(reconnect(ada, hello("ada")));
  const auto& release = ada.take<mqtt::acknowledgement>();
  CAF_CHECK(release.type == mqtt::packet_type::pubrel);
  CAF_CHECK_EQUAL(release.packet_id, first);
  const auto& again = ada.take<mqtt::publish>();
  CAF_CHECK_EQUAL(again.packet_id, second);
  CAF_CHECK(again.duplicate);
}

CAF_TEST(what_is_committed_while_it_is_read_arrives_once) {
  begin();
  leave_behind("ada", "a");
  auto bob = connect_clean("bob");
  publish(bob, "a", "1");
  sleep("ada");
  hold();
  bob.publish("a", "2", qos::at_least_once, 1);
  work();
  client ada;
  open(ada, hello("ada"));  // its rows are asked for
  bob.publish("a", "3", qos::exactly_once, 2);
  work();
  for (auto steps = 0; steps < 20; ++steps) {
    store().step(1);
    if (steps == 5) bob.publish("a", "4", qos::exactly_once, 3);
    work();
  }
  let_go();
  ada.take<mqtt::connack>();
  CAF_CHECK_EQUAL(read_all(ada), (strings{"1", "2", "3", "4"}));
  read_all(bob);
  check_nothing_waits();
}

CAF_TEST(a_clean_start_ends_it_and_lets_the_client_in_when_its_rows_are_gone) {
  begin(2);
  leave_behind("ada", "a", qos::exactly_once, 1);
  auto bob = connect_clean("bob");
  publish(bob, "a", "1");
  sleep("ada");
  hold();
  auto with = hello("ada");
  with.clean_start = true;
  client ada;
  open(ada, with, 0);
  for (auto steps = 0; steps < 20 && broker->count(table::subscriptions) != 0; ++steps) {
    CAF_CHECK(ada.nothing_more());
    CAF_CHECK(broker->node().find("ada") == nullptr || broker->node().find("ada")->link() == nullptr);
    step();
  }
  let_go();
  CAF_CHECK(!ada.take<mqtt::connack>().session_present);
  CAF_CHECK_EQUAL(broker->count(table::sessions), 1u);
  CAF_CHECK_EQUAL(read_all(ada), strings{});
  check_nothing_waits();
}

CAF_TEST(it_ends_when_it_expires_and_leaves_nothing) {
  begin();
  auto ada = connect(hello("ada", 10)), bob = connect_clean("bob");
  subscribe(ada, "a");
  hang_up(ada);
  publish(bob, "a", "1");
  sleep("ada");
  broker->advance(7s);
  CAF_CHECK(broker->node().find_dormant("ada") != nullptr);
  broker->advance(2s);
  CAF_CHECK_EQUAL(broker->count(table::sessions), 0u);
  CAF_CHECK_EQUAL(broker->count(table::subscriptions), 0u);
  CAF_CHECK_EQUAL(broker->node().place(0).sessions.size(), 1u);
  check_nothing_waits();
}

CAF_TEST(it_expires_though_the_node_was_restarted_meanwhile) {
  begin();
  auto ada = connect(hello("ada", 10));
  subscribe(ada, "a");
  hang_up(ada);
  broker->advance(6s);
  broker->crash_and_start();
  CAF_CHECK(broker->node().find_dormant("ada") != nullptr);
  broker->advance(3s);
  CAF_CHECK(broker->node().find_dormant("ada") != nullptr);
  broker->advance(2s);
  CAF_CHECK_EQUAL(broker->count(table::sessions), 0u);
  check_nothing_waits();
}

CAF_TEST(a_session_that_was_connected_when_the_node_ended_expires_from_then_on) {
  begin();
  auto ada = connect(hello("ada", 10));
  broker->advance(60s);
  broker->crash_and_start();
  broker->advance(9s);
  CAF_CHECK_EQUAL(broker->count(table::sessions), 1u);
  broker->crash_and_start();
  broker->advance(2s);
  CAF_CHECK_EQUAL(broker->count(table::sessions), 0u);
}

CAF_TEST(its_will_is_published_after_its_delay) {
  begin();
  auto bob = connect_clean("bob");
  subscribe(bob, "will");
  auto with = hello("ada", 100);
  with.will = mqtt::will{.topic = "will", .payload = bytes("gone"), .qos = qos::at_least_once};
  with.will->delay = 10;
  auto ada = connect(with);
  hang_up(ada);
  sleep("ada");
  broker->advance(7s);
  CAF_CHECK(bob.nothing_more());
  broker->advance(2s);
  CAF_CHECK_EQUAL(text(bob.take<mqtt::publish>().payload), "gone");
  broker->advance(5s);
  CAF_CHECK(broker->node().find_dormant("ada") != nullptr);
  broker->advance(85s);
  CAF_CHECK_EQUAL(broker->count(table::sessions), 0u);
  CAF_CHECK_EQUAL(read_all(bob), strings{});
}

CAF_TEST(its_will_is_published_though_the_node_was_restarted_meanwhile) {
  begin();
  auto with = hello("ada", 100);
  with.will = mqtt::will{.topic = "will", .payload = bytes("gone"), .qos = qos::at_least_once};
  with.will->delay = 10;
  auto ada = connect(with);
  hang_up(ada);
  broker->advance(6s);
  broker->crash_and_start();
  auto bob = connect_clean("bob");
  subscribe(bob, "will");
  broker->advance(3s);
  CAF_CHECK(bob.nothing_more());
  broker->advance(2s);
  CAF_CHECK_EQUAL(text(bob.take<mqtt::publish>().payload), "gone");
}

// -- limits -----------------------------------------------------------------------------------------------------------

CAF_TEST(its_queue_has_a_limit_and_the_oldest_go) {
  options.limits.queue_messages_max = 16;
  begin();
  leave_behind("ada", "a");
  auto bob = connect_clean("bob");
  sleep("ada");
  for (auto i = 0; i < 40; ++i) CAF_CHECK(publish(bob, "a", std::to_string(i)) == mqtt::reason::success);
  CAF_CHECK_LESS_OR_EQUAL(broker->count(table::queue), 16u);
  auto ada = connect("ada");
  const auto got = read_all(ada);
  CAF_CHECK_GREATER_OR_EQUAL(got.size(), 14u);
  CAF_CHECK_EQUAL(got.back(), "39");
  CAF_CHECK_EQUAL(got.front(), std::to_string(40 - got.size()));
  check_nothing_waits();
}

CAF_TEST(its_queue_has_a_limit_of_bytes) {
  options.limits.queue_bytes_max = 10'000;
  begin();
  leave_behind("ada", "a");
  auto bob = connect_clean("bob");
  sleep("ada");
  const std::string body(1000, 'x');
  for (auto i = 0; i < 30; ++i) publish(bob, "a", body);
  CAF_CHECK_LESS_OR_EQUAL(broker->count(table::queue), 10u);
  CAF_CHECK_GREATER_OR_EQUAL(broker->count(table::queue), 5u);
  check_sound();
}

CAF_TEST(its_queue_has_a_limit_and_the_newest_go) {
  for (const auto policy : {config::overflow::drop_newest, config::overflow::disconnect}) {
    options.limits.queue_messages_max = 16;
    options.limits.queue_overflow = policy;
    begin();
    leave_behind("ada", "a");
    auto bob = connect_clean("bob");
    sleep("ada");
    for (auto i = 0; i < 40; ++i) publish(bob, "a", std::to_string(i));
    CAF_CHECK_EQUAL(broker->count(table::queue), 16u);
    auto ada = connect("ada");
    const auto got = read_all(ada);
    CAF_CHECK_EQUAL(got.size(), 16u);
    CAF_CHECK_EQUAL(got.back(), "15");
    check_nothing_waits();
  }
}

CAF_TEST(its_queue_has_a_limit_and_without_qos_0_in_it_the_oldest_go) {
  options.limits.queue_messages_max = 16;
  options.limits.queue_overflow = config::overflow::drop_qos0_first;
  begin();
  leave_behind("ada", "a");
  auto bob = connect_clean("bob");
  sleep("ada");
  for (auto i = 0; i < 40; ++i) publish(bob, "a", std::to_string(i));
  auto ada = connect("ada");
  const auto got = read_all(ada);
  CAF_CHECK_EQUAL(got.back(), "39");
  check_nothing_waits();
}

CAF_TEST(what_was_left_by_an_earlier_node_counts_too) {
  options.limits.queue_messages_max = 16;
  begin();
  leave_behind("ada", "a");
  auto bob = connect_clean("bob");
  for (auto i = 0; i < 12; ++i) publish(bob, "a", std::to_string(i));
  broker->crash_and_start();
  CAF_CHECK(broker->node().find_dormant("ada")->queued == 12);
  bob = connect_clean("bob");
  for (auto i = 12; i < 24; ++i) publish(bob, "a", std::to_string(i));
  CAF_CHECK_LESS_OR_EQUAL(broker->count(table::queue), 16u);
  auto ada = connect("ada");
  const auto got = read_all(ada);
  CAF_CHECK_EQUAL(got.back(), "23");
  check_nothing_waits();
}

// -- groups -----------------------------------------------------------------------------------------------------------

CAF_TEST(a_member_of_a_group_that_is_there_gets_what_one_asleep_would) {
  begin();
  leave_behind("ada", "$share/g/a");
  sleep("ada");
  auto bob = connect_clean("bob"), eve = connect("eve");
  subscribe(eve, "$share/g/a");
  for (auto i = 0; i < 6; ++i) publish(bob, "a", std::to_string(i));
  CAF_CHECK_EQUAL(read_all(eve).size(), 6u);
  check_nothing_waits();
}

CAF_TEST(what_a_restored_member_of_a_group_has_is_left_to_another_when_it_ends) {
  begin();
  leave_behind("ada", "$share/g/a", qos::at_least_once);
  auto bob = connect_clean("bob");
  publish(bob, "a", "1");
  publish(bob, "a", "2");
  broker->crash_and_start();
  auto eve = connect("eve");
  subscribe(eve, "$share/g/a");
  auto with = hello("ada", 0);
  with.clean_start = true;
  auto ada = connect(with);
  CAF_CHECK_EQUAL(read_all(eve), (strings{"1", "2"}));
  CAF_CHECK_EQUAL(read_all(ada), strings{});
  check_nothing_waits();
}

CAF_TEST_FIXTURE_SCOPE_END()
