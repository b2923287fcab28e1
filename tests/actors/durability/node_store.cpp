#define CAF_SUITE actors_durability_node_store
#include "actors/durability/node_store.hpp"

#include "actors/durability/durability.hpp"
#include "tests/actors/fixtures/lasting_clients.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
using persistence::outcome;
using persistence::table;
using strings = std::vector<std::string>;
constexpr auto no_room = mqtt::reason::quota_exceeded;

namespace {

struct full_disk : lasting_clients {
  /// ada has a durable session, is subscribed and there; the disk is full, and the node knows it.
  void fill(std::uint32_t loops = 1) {
    begin(loops);
    ada = connect("ada");
    subscribe(ada, "a");
    bob = connect_clean("bob");
    store().commits_end(outcome::full);
    CAF_CHECK(publish(bob, "a", "lost") == no_room);
  }
  void make_room() {
    store().commits_end(outcome::done);
    broker->advance(100ms);
  }

  client ada, bob;
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(node_store_tests, full_disk)

CAF_TEST(a_full_disk_refuses_what_would_have_to_be_made_durable) {
  fill();
  CAF_CHECK(ada.nothing_more());
  client eve;
  open(eve, hello("eve"));
  CAF_CHECK(eve.take<mqtt::connack>().reason == no_room);
  ada.subscribe("b");
  work();
  CAF_CHECK(ada.take<mqtt::subscription_acknowledgement>().reasons.at(0) == no_room);
  bob.publish("a", "1", qos::exactly_once, 7);
  work();
  CAF_CHECK(bob.take<mqtt::acknowledgement>().reason == no_room);
  make_room();
  CAF_CHECK_EQUAL(read_all(ada), strings{});
  check_nothing_waits();
}

CAF_TEST(a_full_disk_closes_the_link_of_a_publisher_that_cannot_be_told) {
  fill();
  client eve{mqtt::version::v3_1_1};
  open(eve, {.version = mqtt::version::v3_1_1, .clean_start = true, .client_id = "eve"});
  eve.take<mqtt::connack>();
  eve.publish("a", "1", qos::at_least_once, 7);
  work();
  CAF_CHECK(eve.nothing_more());
  CAF_CHECK(eve.cut_off());
}

CAF_TEST(what_is_not_durable_goes_on_with_a_full_disk) {
  fill();
  auto eve = connect_clean("eve");
  subscribe(eve, "b");
  CAF_CHECK(publish(bob, "b", "1") == mqtt::reason::success);
  bob.publish("a", "0");
  work();
  CAF_CHECK_EQUAL(text(ada.take<mqtt::publish>().payload), "0");
  CAF_CHECK_EQUAL(text(eve.take<mqtt::publish>().payload), "1");
}

CAF_TEST(the_node_goes_on_by_itself_when_there_is_room_again) {
  fill(2);
  ada.send(mqtt::unsubscribe{.packet_id = 2, .filters = {"x", "a"}});
  work();
  CAF_CHECK(ada.nothing_more());  // it waits, and is not lost
  make_room();
  CAF_CHECK(ada.take<mqtt::subscription_acknowledgement>().type == mqtt::packet_type::unsuback);
  CAF_CHECK_EQUAL(broker->count(table::subscriptions), 0u);
  subscribe(ada, "a");
  CAF_CHECK(publish(bob, "a", "1") == mqtt::reason::success);
  CAF_CHECK_EQUAL(read_all(ada), strings{"1"});
  auto eve = connect("eve", 1);
  CAF_CHECK_EQUAL(broker->node().under_way(), 0u);
  check_nothing_waits();
}

CAF_TEST(room_is_noticed_though_nobody_asks_for_it) {
  fill(2);
  make_room();
  CAF_CHECK(!broker->node().place(0).durable->store().full());
  auto eve = connect("eve", 1);
}

CAF_TEST(handshakes_that_were_under_way_wait_for_room) {
  for (const auto how : {outcome::full, outcome::failed, outcome::overloaded}) {
    begin();
    auto first = connect("ada"), second = connect_clean("bob");
    subscribe(first, "a");
    second.publish("a", "1", qos::exactly_once, 1);
    work();
    const auto id = first.take<mqtt::publish>().packet_id;
    second.take<mqtt::acknowledgement>();
    store().commits_end(how);
    first.acknowledge(mqtt::packet_type::pubrec, id);
    work();
    CAF_CHECK(first.nothing_more());
    broker->advance(100ms);
    CAF_CHECK(first.nothing_more());
    make_room();
    CAF_CHECK(first.take<mqtt::acknowledgement>().type == mqtt::packet_type::pubrel);
    first.acknowledge(mqtt::packet_type::pubcomp, id);
    work();
    CAF_CHECK_EQUAL(broker->node().under_way(), 0u);
    check_nothing_waits();
  }
}

CAF_TEST(a_link_that_is_lost_while_the_disk_is_full_loses_no_message) {
  begin();
  leave_behind("ada", "a");
  bob = connect_clean("bob");
  publish(bob, "a", "1");
  sleep("ada");
  store().commits_end(outcome::full);
  CAF_CHECK(publish(bob, "a", "2") == no_room);
  make_room();
  CAF_CHECK(publish(bob, "a", "3") == mqtt::reason::success);
  CAF_CHECK(reconnect(ada, hello("ada")));
  store().commits_end(outcome::full);
  hang_up(ada);
  broker->advance(3s);
  store().commits_end(outcome::done);
  broker->crash_and_start();
  CAF_CHECK(reconnect(ada, hello("ada")));
  CAF_CHECK_EQUAL(read_all(ada), (strings{"1", "3"}));
  check_nothing_waits();
}

CAF_TEST(numbers_are_never_given_away_twice) {
  begin();
  const auto session = broker->node().place(0).durable->store().take_session();
  const auto message = broker->node().place(0).durable->store().take_messages(5);
  broker->crash_and_start();
  auto& next = broker->node().place(0).durable->store();
  CAF_CHECK_GREATER(next.take_session(), session);
  CAF_CHECK_GREATER(next.first_sequence(), message + 5);
  CAF_CHECK_GREATER_OR_EQUAL(next.take_messages(1), next.first_sequence());
}

CAF_TEST_FIXTURE_SCOPE_END()
