#define CAF_SUITE actors_durability_restoration
#include "actors/durability/restoration.hpp"

#include "actors/durability/durability.hpp"
#include "persistence/keys.hpp"
#include "persistence/layout.hpp"
#include "tests/actors/fixtures/lasting_clients.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
using actors::crash_next;
using persistence::table;
using runtime::role;
using strings = std::vector<std::string>;

CAF_TEST_FIXTURE_SCOPE(restoration_tests, lasting_clients)

CAF_TEST(sessions_their_queues_and_subscriptions_are_there_after_a_crash) {
  begin(3);
  leave_behind("ada", "a/+", qos::exactly_once, 2);
  auto bob = connect_clean("bob");
  publish(bob, "a/1", "1");
  broker->crash_and_start();
  bob = connect_clean("bob");
  publish(bob, "a/2", "2");
  client ada;
  CAF_CHECK(reconnect(ada, hello("ada"), 1));
  CAF_CHECK_EQUAL(read_all(ada), (strings{"1", "2"}));
  publish(bob, "a/3", "3");
  CAF_CHECK_EQUAL(read_all(ada), strings{"3"});
  check_nothing_waits();
}

CAF_TEST(clients_are_let_in_before_sessions_are_read) {
  begin(2);
  leave_behind("ada", "a");
  auto bob = connect_clean("bob");
  publish(bob, "a", "1");
  broker->crash_and_start(pace::held);
  client eve, ada;
  open(eve, hello("eve", 0));
  open(ada, hello("ada"));
  for (auto steps = 0; ada.nothing_more() && steps < 20; ++steps) {
    store().step(1);
    work();
  }
  CAF_CHECK(ada.take<mqtt::connack>().session_present);
  let_go();
  CAF_CHECK(!eve.take<mqtt::connack>().session_present);
  CAF_CHECK_EQUAL(read_all(ada), strings{"1"});
}

CAF_TEST(publications_wait_until_subscriptions_are_back) {
  begin(2);
  leave_behind("ada", "a");
  broker->crash_and_start(pace::held);
  client bob;
  open(bob, hello("bob", 0));
  store().step(2);
  work();
  if (bob.nothing_more()) store().step(2), work();
  bob.take<mqtt::connack>();
  bob.publish("a", "1", qos::at_least_once, 1);
  work();
  CAF_CHECK(bob.nothing_more());
  let_go();
  CAF_CHECK(bob.take<mqtt::acknowledgement>().reason == mqtt::reason::success);
  auto ada = connect("ada");
  CAF_CHECK_EQUAL(read_all(ada), strings{"1"});
}

CAF_TEST(two_connects_for_a_session_that_is_being_looked_up_find_one) {
  begin(2);
  leave_behind("ada", "a");
  broker->crash_and_start(pace::held);
  auto with = hello("ada");
  with.clean_start = true;
  client first, second;
  open(first, with, 0);
  open(second, hello("ada"), 1);
  let_go();
  CAF_CHECK(second.take<mqtt::connack>().session_present);
  CAF_CHECK(first.cut_off());
  CAF_CHECK_EQUAL(broker->count(table::sessions), 1u);
  CAF_CHECK_EQUAL(broker->count(table::subscriptions), 0u);
  check_nothing_waits();
}

CAF_TEST(a_shard_that_is_restarted_hears_of_sleeping_sessions) {
  begin(2);
  leave_behind("ada", "a");
  leave_behind("eve", "+", qos::at_least_once, 1);
  auto bob = connect_clean("bob");
  broker->advance(2100ms);
  for (std::uint32_t loop = 0; loop < 2; ++loop) {
    broker->node().send(loop, role::shard, crash_next{});
    broker->node().send(loop, role::shard, actors::sweep_retained{});
  }
  work();
  publish(bob, "a", "1");
  CAF_CHECK_EQUAL(broker->count(table::queue), 2u);
  auto ada = connect("ada"), eve = connect("eve");
  CAF_CHECK_EQUAL(read_all(ada), strings{"1"});
  CAF_CHECK_EQUAL(read_all(eve), strings{"1"});
}

CAF_TEST(a_shard_may_be_restarted_while_sessions_are_read) {
  for (std::size_t steps = 0; steps < 8; ++steps) {
    begin(2);
    leave_behind("ada", "a");
    leave_behind("eve", "+", qos::at_least_once, 1);
    broker->crash_and_start(pace::held);
    for (std::size_t i = 0; i < steps; ++i) step();
    for (std::uint32_t loop = 0; loop < 2; ++loop) {
      broker->node().send(loop, role::shard, crash_next{}, runtime::mail_class::rebuilding);
      broker->node().send(loop, role::shard, actors::sweep_retained{}, runtime::mail_class::rebuilding);
    }
    work();
    let_go();
    auto bob = connect_clean("bob");
    CAF_CHECK(publish(bob, "a", "1") == mqtt::reason::success);
    CAF_CHECK_EQUAL(broker->count(table::queue), 2u);
  }
}

CAF_TEST(what_was_retained_is_retained) {
  begin(3);
  auto bob = connect_clean("bob");
  for (const auto* topic : {"r/1", "r/2", "r/3"}) {
    bob.send(mqtt::publish{
      .qos = qos::at_least_once, .retain = true, .topic = topic, .packet_id = 1, .payload = bytes(topic)});
    work();
    bob.take<mqtt::acknowledgement>();
  }
  broker->crash_and_start();
  auto ada = connect("ada");
  subscribe(ada, "r/#");
  auto got = read_all(ada);
  std::ranges::sort(got);
  CAF_CHECK_EQUAL(got, (strings{"r/1", "r/2", "r/3"}));
  check_nothing_waits();
}

CAF_TEST(a_node_that_stopped_in_good_order_lost_nothing) {
  begin(2);
  auto ada = connect("ada"), bob = connect_clean("bob");
  subscribe(ada, "a");
  hold();
  ada.subscribe("b", qos::at_least_once, 2);
  work();
  broker->stop();
  broker->start();
  work();
  CAF_CHECK_EQUAL(broker->count(table::subscriptions), 2u);
}

CAF_TEST(rows_that_nobody_can_read_cost_only_themselves) {
  begin(2);
  leave_behind("ada", "a");
  leave_behind("eve", "a");
  auto bob = connect_clean("bob");
  publish(bob, "a", "1");
  publish(bob, "a", "2");
  const auto first = broker->all(table::queue).begin()->first;
  broker->crash();
  broker->put(table::queue, first, "\xff");
  broker->put(table::queue, "short", "\xff");
  broker->put(table::sessions, "kim", "");
  broker->put(table::sessions, "joe", "12345678\xff");
  broker->put(table::subscriptions, persistence::subscription_key(77, "a"), "");
  broker->put(table::subscriptions, "x", "\xff");
  broker->put(table::retained, "a", "\xff");
  broker->put(table::inbound, "x", "");
  broker->start();
  work();
  auto ada = connect("ada"), eve = connect("eve"), kim = connect("kim"), joe = connect("joe");
  auto got = read_all(ada);
  std::ranges::copy(read_all(eve), std::back_inserter(got));
  CAF_CHECK_EQUAL(got.size(), 3u);
  subscribe(kim, "a");
  bob = connect_clean("bob");
  publish(bob, "a", "3");
  CAF_CHECK_EQUAL(read_all(kim), strings{"3"});
}

CAF_TEST(a_body_that_is_missing_costs_its_deliveries) {
  begin();
  leave_behind("ada", "a");
  leave_behind("eve", "a");
  auto bob = connect_clean("bob");
  publish(bob, "a", "1");
  publish(bob, "a", "2");
  broker->crash();
  broker->engine().erase(table::messages, broker->all(table::messages).begin()->first);
  broker->engine().commit(true);
  broker->start();
  work();
  auto ada = connect("ada");
  CAF_CHECK_EQUAL(read_all(ada), strings{"2"});
  bob = connect_clean("bob");
  publish(bob, "a", "3");
  CAF_CHECK_EQUAL(read_all(ada), strings{"3"});
}

CAF_TEST(actors_that_crash_with_durable_traffic_lose_and_double_nothing) {
  for (const auto which : {role::store, role::delivery, role::shard, role::sessions, role::registry}) {
    begin(2);
    auto ada = connect("ada", 1), bob = connect("bob", 0);
    subscribe(ada, "a");
    for (std::uint16_t i = 1; i <= 6; ++i) {
      for (std::uint32_t loop = 0; loop < 2; ++loop) broker->node().send(loop, which, crash_next{});
      bob.publish("a", std::to_string(i), i % 2 ? qos::exactly_once : qos::at_least_once, i);
      work();
    }
    CAF_CHECK_EQUAL(read_all(ada), (strings{"1", "2", "3", "4", "5", "6"}));
    auto answers = 0;
    while (bob.read()) ++answers;
    CAF_CHECK_EQUAL(answers, 6);
    CAF_CHECK_EQUAL(broker->node().under_way(), 0u);
  }
}

CAF_TEST_FIXTURE_SCOPE_END()
