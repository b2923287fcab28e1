#define CAF_SUITE actors_durability_session_commits
#include "actors/durability/session_commits.hpp"

#include "actors/durability/durability.hpp"
#include "tests/actors/fixtures/lasting_clients.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;
using persistence::table;
using enum mqtt::packet_type;

CAF_TEST_FIXTURE_SCOPE(session_commits_tests, lasting_clients)

CAF_TEST(connack_of_a_durable_session_waits_for_its_commit) {
  begin();
  hold();
  client ada;
  open(ada, hello("ada"));
  CAF_CHECK(ada.nothing_more());
  CAF_CHECK_EQUAL(broker->count(table::sessions), 0u);
  step();
  CAF_CHECK(!ada.take<mqtt::connack>().session_present);
  CAF_CHECK_EQUAL(broker->count(table::sessions), 1u);
}

CAF_TEST(suback_and_unsuback_wait_for_their_commits) {
  begin();
  auto ada = connect("ada");
  hold();
  ada.subscribe("a/#");
  work();
  CAF_CHECK(ada.nothing_more());
  step();
  CAF_CHECK(ada.take<mqtt::subscription_acknowledgement>().type == suback);
  CAF_CHECK_EQUAL(broker->count(table::subscriptions), 1u);
  ada.send(mqtt::unsubscribe{.packet_id = 2, .filters = {"a/#"}});
  work();
  CAF_CHECK(ada.nothing_more());
  step();
  CAF_CHECK(ada.take<mqtt::subscription_acknowledgement>().type == unsuback);
  CAF_CHECK_EQUAL(broker->count(table::subscriptions), 0u);
}

CAF_TEST(pubcomp_waits_until_the_packet_id_is_forgotten) {
  begin();
  auto ada = connect("ada");
  ada.publish("a", "1", qos::exactly_once, 7);
  work();
  CAF_CHECK(ada.take<mqtt::acknowledgement>().type == pubrec);
  CAF_CHECK_EQUAL(broker->count(table::inbound), 1u);
  hold();
  ada.acknowledge(pubrel, 7);
  work();
  CAF_CHECK(ada.nothing_more());
  step();
  CAF_CHECK(ada.take<mqtt::acknowledgement>().type == pubcomp);
  CAF_CHECK_EQUAL(broker->count(table::inbound), 0u);
}

CAF_TEST(a_message_at_qos_2_waits_for_its_packet_id_and_pubrel_for_pubrec) {
  begin();
  auto ada = connect("ada"), bob = connect_clean("bob");
  subscribe(ada, "a", qos::exactly_once);
  hold();
  bob.publish("a", "1", qos::exactly_once, 7);
  work();
  step();  // the publication
  CAF_CHECK(bob.take<mqtt::acknowledgement>().type == pubrec);
  CAF_CHECK(ada.nothing_more());
  step();  // its packet id
  const auto id = ada.take<mqtt::publish>().packet_id;
  ada.acknowledge(pubrec, id);
  work();
  CAF_CHECK(ada.nothing_more());
  step();
  CAF_CHECK(ada.take<mqtt::acknowledgement>().type == pubrel);
  ada.acknowledge(pubcomp, id);
  work();
  step();
  check_nothing_waits();
}

CAF_TEST(a_message_at_qos_1_goes_out_as_soon_as_it_is_committed) {
  begin();
  auto ada = connect("ada"), bob = connect_clean("bob");
  subscribe(ada, "a", qos::at_least_once);
  hold();
  bob.publish("a", "1", qos::at_least_once, 7);
  work();
  CAF_CHECK(ada.nothing_more());
  step();
  CAF_CHECK_EQUAL(ada.take<mqtt::publish>().packet_id, 1u);
  CAF_CHECK_EQUAL(store().waiting(), 0u);
}

CAF_TEST(what_comes_behind_what_waits_waits_too) {
  begin();
  auto ada = connect("ada");
  hold();
  ada.subscribe("a");
  work();
  ada.send(mqtt::pingreq{});
  work();
  CAF_CHECK(ada.nothing_more());
  step();
  ada.take<mqtt::subscription_acknowledgement>();
  ada.take<mqtt::pingresp>();
}

CAF_TEST(what_changes_while_a_batch_is_committed_is_the_next_batch) {
  begin();
  auto ada = connect("ada"), bob = connect("bob"), eve = connect("eve");
  hold();
  ada.subscribe("a");
  work();
  bob.subscribe("b");
  work();
  eve.subscribe("c");
  work();
  CAF_CHECK_EQUAL(store().waiting_batches().size(), 1u);
  step();
  ada.take<mqtt::subscription_acknowledgement>();
  CAF_CHECK(bob.nothing_more() && eve.nothing_more());
  CAF_CHECK_EQUAL(store().waiting_batches().size(), 1u);
  step();
  bob.take<mqtt::subscription_acknowledgement>();
  eve.take<mqtt::subscription_acknowledgement>();
}

CAF_TEST(a_session_that_ends_with_its_link_is_no_business_of_the_stores) {
  begin(2);
  const auto before = store().requests();
  auto ada = connect_clean("ada", 0), bob = connect_clean("bob", 1);
  subscribe(ada, "a/#");
  for (const auto at : {qos::at_most_once, qos::at_least_once, qos::exactly_once}) {
    bob.publish("a/b", "1", at, 7);
    work();
    read_all(ada);
    read_all(bob);
  }
  bob.acknowledge(pubrel, 7);
  ada.send(mqtt::unsubscribe{.packet_id = 2, .filters = {"a/#"}});
  work();
  ada.take<mqtt::subscription_acknowledgement>();
  hang_up(ada);
  hang_up(bob);
  CAF_CHECK_EQUAL(store().requests(), before);
}

CAF_TEST(qos_0_is_no_business_of_the_stores_whoever_takes_part) {
  begin();
  auto ada = connect("ada"), bob = connect("bob");
  subscribe(ada, "a");
  const auto before = store().requests();
  bob.publish("a", "1");
  work();
  CAF_CHECK_EQUAL(text(ada.take<mqtt::publish>().payload), "1");
  CAF_CHECK_EQUAL(store().requests(), before);
}

CAF_TEST(a_session_that_is_made_to_end_with_its_link_leaves_the_store) {
  begin();
  auto ada = connect("ada"), bob = connect_clean("bob");
  subscribe(ada, "a");
  publish(bob, "a", "1");
  ada.send(mqtt::disconnect{.session_expiry = 0});
  work();
  CAF_CHECK(ada.cut_off());
  CAF_CHECK_EQUAL(broker->count(table::sessions), 0u);
  CAF_CHECK_EQUAL(broker->count(table::subscriptions), 0u);
  check_nothing_waits();
}

CAF_TEST(a_session_that_comes_back_to_end_with_its_link_leaves_the_store) {
  begin();
  leave_behind("ada", "a");
  auto bob = connect_clean("bob");
  publish(bob, "a", "1");
  client ada;
  CAF_CHECK(reconnect(ada, hello("ada", 0)));
  CAF_CHECK_EQUAL(broker->count(table::sessions), 0u);
  CAF_CHECK_EQUAL(read_all(ada), std::vector<std::string>{"1"});
  check_nothing_waits();
}

CAF_TEST(a_link_that_ends_takes_what_was_held_for_it_along) {
  begin();
  auto ada = connect("ada");
  hold();
  ada.subscribe("a");
  work();
  hang_up(ada);
  let_go();
  CAF_CHECK(ada.nothing_more());
  CAF_CHECK(reconnect(ada, hello("ada")));
  CAF_CHECK(ada.nothing_more());
  CAF_CHECK_EQUAL(broker->count(table::subscriptions), 1u);
}

CAF_TEST(a_takeover_waits_for_the_connack_before_it) {
  begin();
  hold();
  client first, second;
  open(first, hello("ada"));
  open(second, hello("ada"));
  CAF_CHECK(first.nothing_more() && second.nothing_more());
  let_go();
  CAF_CHECK(!first.take<mqtt::connack>().session_present);
  CAF_CHECK(first.take<mqtt::disconnect>().reason == mqtt::reason::session_taken_over);
  CAF_CHECK(second.take<mqtt::connack>().session_present);
  CAF_CHECK_EQUAL(broker->count(table::sessions), 1u);
}

CAF_TEST(who_has_much_held_back_is_not_read_until_it_may_leave) {
  begin();
  auto ada = connect("ada");
  hold();
  ada.subscribe("a");
  work();
  auto ping = [&](int times) {  // PINGRESP waits behind SUBACK, 2 bytes each
    while (times-- > 0) ada.send(mqtt::pingreq{});
    work();
  };
  ping(32 * 1024 - 10);
  CAF_CHECK(!ada.wire()->paused);
  ping(20);
  CAF_CHECK(ada.wire()->paused);
  CAF_CHECK(ada.nothing_more());
  let_go();
  CAF_CHECK(!ada.wire()->paused);
  CAF_CHECK(ada.take<mqtt::subscription_acknowledgement>().type == suback);
  ada.take<mqtt::pingresp>();
}

CAF_TEST_FIXTURE_SCOPE_END()
