#define CAF_SUITE actors_durability_publication_commits
#include "actors/durability/publication_commits.hpp"

#include <map>

#include "actors/durability/durability.hpp"
#include "persistence/keys.hpp"
#include "tests/actors/fixtures/lasting_clients.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;
using persistence::operation_kind;
using persistence::table;
using enum mqtt::packet_type;

namespace {

/// How many steps of each kind a batch has for each table.
std::map<std::pair<operation_kind, table>, int> steps_of(const persistence::batch& what) {
  std::map<std::pair<operation_kind, table>, int> result;
  std::size_t offset = 0;
  while (const auto step = what.next(offset)) ++result[{step->kind, step->table}];
  return result;
}

}  // namespace

CAF_TEST_FIXTURE_SCOPE(publication_commits_tests, lasting_clients)

CAF_TEST(puback_and_pubrec_wait_until_the_durable_receivers_have_it) {
  begin();
  leave_behind("ada", "a");
  auto bob = connect_clean("bob");
  hold();
  bob.publish("a", "1", qos::at_least_once, 1);
  bob.publish("a", "2", qos::exactly_once, 2);
  work();
  CAF_CHECK(bob.nothing_more());
  CAF_CHECK_EQUAL(broker->count(table::messages), 0u);
  step();
  CAF_CHECK(bob.take<mqtt::acknowledgement>().type == puback);
  CAF_CHECK(bob.take<mqtt::acknowledgement>().type == pubrec);
  CAF_CHECK_EQUAL(broker->count(table::queue), 2u);
}

CAF_TEST(a_small_body_that_one_session_waits_for_is_in_its_entry) {
  begin(2);
  leave_behind("ada", "a", qos::exactly_once, 1);
  auto bob = connect_clean("bob");
  const auto large = std::string(5000, 'x');
  publish(bob, "a", "1");
  CAF_CHECK_EQUAL(broker->count(table::messages), 0u);
  publish(bob, "a", large);
  CAF_CHECK_EQUAL(broker->count(table::messages), 1u);
  CAF_CHECK_EQUAL(broker->count(table::queue), 2u);
  check_sound();
  broker->crash();
  broker->start();
  work();
  auto ada = connect("ada");
  CAF_CHECK_EQUAL(read_all(ada), (std::vector<std::string>{"1", large}));
  check_nothing_waits();
}

CAF_TEST(pubrec_of_a_durable_publisher_waits_though_nobody_receives_it) {
  begin();
  auto bob = connect("bob");
  hold();
  bob.publish("a", "1", qos::exactly_once, 2);
  work();
  CAF_CHECK(bob.nothing_more());
  step();
  CAF_CHECK(bob.take<mqtt::acknowledgement>().type == pubrec);
  CAF_CHECK_EQUAL(broker->count(table::inbound), 1u);
}

CAF_TEST(a_retained_message_is_acknowledged_when_it_is_committed) {
  begin();
  auto bob = connect_clean("bob");
  hold();
  bob.send(
    mqtt::publish{.qos = qos::at_least_once, .retain = true, .topic = "a", .packet_id = 1, .payload = bytes("1")});
  work();
  CAF_CHECK(bob.nothing_more());
  step();
  CAF_CHECK(bob.take<mqtt::acknowledgement>().type == puback);
  CAF_CHECK_EQUAL(broker->count(table::retained), 1u);
  bob.send(mqtt::publish{.qos = qos::at_least_once, .retain = true, .topic = "a", .packet_id = 2, .payload = {}});
  work();
  step();
  CAF_CHECK(bob.take<mqtt::acknowledgement>().type == puback);
  CAF_CHECK_EQUAL(broker->count(table::retained), 0u);
}

CAF_TEST(body_queues_retained_value_and_packet_id_are_one_batch) {
  begin(2);
  leave_behind("ada", "a", qos::exactly_once, 0);
  leave_behind("eve", "a", qos::at_least_once, 1);
  leave_behind("kim", "#", qos::exactly_once, 1);
  auto bob = connect("bob", 1);
  hold();
  bob.send(
    mqtt::publish{.qos = qos::exactly_once, .retain = true, .topic = "a", .packet_id = 7, .payload = bytes("1")});
  work();
  const auto batches = store().waiting_batches();
  CAF_REQUIRE_EQUAL(batches.size(), 1u);
  auto steps = steps_of(*batches.front());
  CAF_CHECK_EQUAL((steps[{operation_kind::put_message, table::messages}]), 1);
  CAF_CHECK_EQUAL((steps[{operation_kind::put, table::queue}]), 3);
  CAF_CHECK_EQUAL((steps[{operation_kind::put, table::retained}]), 1);
  CAF_CHECK_EQUAL((steps[{operation_kind::put, table::inbound}]), 1);
  CAF_CHECK_EQUAL(steps.size(), 4u);
  step();
  CAF_CHECK(bob.take<mqtt::acknowledgement>().type == pubrec);
}

CAF_TEST(who_has_nothing_to_do_with_the_store_does_not_wait_for_those_of_the_same_batch) {
  begin();
  leave_behind("ada", "a");
  auto bob = connect_clean("bob"), eve = connect("eve"), kim = connect_clean("kim");
  hold();
  bob.publish("a", "1", qos::at_least_once, 1);
  eve.publish("b", "2", qos::exactly_once, 1);
  kim.publish("b", "3", qos::exactly_once, 1);
  kim.publish("b", "4", qos::at_least_once, 2);
  work();
  CAF_CHECK(bob.nothing_more() && eve.nothing_more());
  CAF_CHECK(kim.take<mqtt::acknowledgement>().type == pubrec);
  CAF_CHECK(kim.take<mqtt::acknowledgement>().type == puback);
  step();
  CAF_CHECK(bob.take<mqtt::acknowledgement>().type == puback);
  CAF_CHECK(eve.take<mqtt::acknowledgement>().type == pubrec);
}

CAF_TEST(a_body_is_stored_once_and_gone_with_the_last_receiver) {
  begin(3);
  std::vector<client> readers;
  for (std::uint32_t i = 0; i < 6; ++i) {
    const auto id = "reader " + std::to_string(i);
    leave_behind(id, "a", i % 2 == 0 ? qos::at_least_once : qos::exactly_once, i % 3);
  }
  auto bob = connect_clean("bob", 1);
  publish(bob, "a", "1");
  bob.publish("a", "2", qos::exactly_once, 9);
  work();
  bob.take<mqtt::acknowledgement>();
  CAF_CHECK_EQUAL(broker->count(table::messages), 2u);
  CAF_CHECK_EQUAL(broker->count(table::queue), 12u);
  check_sound();
  for (std::uint32_t i = 0; i < 6; ++i) {
    CAF_CHECK_EQUAL(broker->count(table::messages), 2u);
    auto reader = connect("reader " + std::to_string(i), i % 2);
    CAF_CHECK_EQUAL(read_all(reader), (std::vector<std::string>{"1", "2"}));
    check_sound();
  }
  check_nothing_waits();
}

CAF_TEST(a_publication_that_could_not_be_committed_reaches_no_durable_session) {
  begin();
  auto ada = connect("ada"), bob = connect_clean("bob"), eve = connect_clean("eve");
  subscribe(ada, "a");
  subscribe(eve, "a");
  store().commits_end(persistence::outcome::full);
  CAF_CHECK(publish(bob, "a", "1") == mqtt::reason::quota_exceeded);
  CAF_CHECK(ada.nothing_more());
  CAF_CHECK_EQUAL(text(eve.take<mqtt::publish>().payload), "1");
  store().commits_end(persistence::outcome::done);
  CAF_CHECK(publish(bob, "a", "2") == mqtt::reason::success);
  CAF_CHECK_EQUAL(read_all(ada), std::vector<std::string>{"2"});
  broker->advance(std::chrono::milliseconds{100});
  check_nothing_waits();
}

CAF_TEST(what_the_node_says_of_itself_is_retained_but_not_stored) {
  begin();
  const auto before = store().requests();
  session::route what;
  what.body = publication::make({.topic = "$SYS/brokers/uptime", .payload = bytes("7"), .retain = true});
  broker->node().place(0).routes.route(std::move(what), {});
  work();
  auto ada = connect_clean("ada");
  subscribe(ada, "$SYS/#");
  CAF_CHECK_EQUAL(text(ada.take<mqtt::publish>().payload), "7");
  CAF_CHECK_EQUAL(store().requests(), before);
}

CAF_TEST_FIXTURE_SCOPE_END()
