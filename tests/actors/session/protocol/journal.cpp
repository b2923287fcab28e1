#define CAF_SUITE session_protocol_journal

#include "actors/session/protocol/journal.hpp"

#include <caf/test/unit_test.hpp>

#include "tests/actors/session/protocol/book.hpp"

using namespace troupe;
using namespace troupe::session;
using namespace troupe::session::test;
using mqtt::packet_type;

namespace {

/// Nothing is left of a delivery that found no place in the session.
void check_turned_down(durable_bench& b, drop_reason why) {
  CAF_CHECK_EQUAL(b.dropped(why), 1u);
  CAF_CHECK(b.told.queue == b.rows_of_record());
  CAF_CHECK_EQUAL(b.told.held.size(), b.told.queue.size());
  CAF_CHECK_EQUAL(b.told.wrong, 0);
}

}  // namespace

CAF_TEST(a_session_that_outlives_its_connection_is_told_and_its_end_too) {
  durable_bench b;
  b.connect();
  CAF_CHECK(b.told.there && b.told.connected);
  CAF_CHECK_EQUAL(b.rec.durable, 5u);
  b.subscribe("a/+");
  b.subscribe("b");
  CAF_CHECK_EQUAL(b.told.filters.size(), 2u);
  CAF_CHECK(b.told.filters.contains("a/+"));
  mqtt::unsubscribe no_more;
  no_more.packet_id = 1;
  no_more.filters.push_back("b");
  b.send(no_more);
  CAF_CHECK_EQUAL(b.told.filters.size(), 1u);
  b.lose_link();
  CAF_CHECK(b.told.there && !b.told.connected);
  b.end();
  CAF_CHECK(!b.told.there);
  CAF_CHECK_EQUAL(b.rec.durable, 0u);
}

CAF_TEST(a_session_keeps_its_number) {
  durable_bench b;
  b.connect();
  b.durable_number = 6;
  b.reconnect();
  CAF_CHECK_EQUAL(b.rec.durable, 5u);
  CAF_CHECK_EQUAL(b.told.number, 5u);
}

CAF_TEST(a_new_expiry_and_a_will_that_is_gone_are_told) {
  durable_bench b;
  b.request.will = stored_will{message("will", "x"), 0, std::nullopt};
  b.connect();
  CAF_CHECK(b.told.will);
  mqtt::disconnect last;
  last.session_expiry = 60;
  b.send(last);
  CAF_CHECK(!b.told.will);
  CAF_CHECK_EQUAL(b.told.expiry, 60u);
  CAF_CHECK(!b.told.connected);
  b.run([](effects& to) { to.changes.emplace_back(changes::expire_after{30}); });
  CAF_CHECK_EQUAL(b.told.expiry, 30u);
}

CAF_TEST(nothing_is_told_of_a_session_that_ends_with_its_connection) {
  durable_bench b;
  b.request.session_expiry = 0;
  b.connect();
  b.subscribe("a");
  b.deliver("t", "x", qos::at_least_once);
  CAF_CHECK_EQUAL(b.rec.durable, 0u);
  b.lose_link();
  CAF_CHECK(!b.told.there);
  CAF_CHECK_EQUAL(b.told.ends, 0u);
  CAF_CHECK(b.told.filters.empty());
}

CAF_TEST(nothing_is_durable_without_a_store) {
  durable_bench b;
  b.durable_number = 0;
  b.connect();
  b.subscribe("a");
  CAF_CHECK_EQUAL(b.rec.durable, 0u);
  CAF_CHECK(!b.told.there);
}

CAF_TEST(a_client_that_comes_back_without_expiry_makes_its_session_forgotten) {
  durable_bench b;
  b.connect();
  b.deliver_stored("x", qos::at_least_once);
  b.lose_link();
  b.request.session_expiry = 0;
  b.connect(true);
  CAF_CHECK(!b.told.there);
  CAF_CHECK_EQUAL(b.told.finished_with, 1u);
  CAF_CHECK_EQUAL(b.rec.durable, 0u);
  // What was delivered before is acknowledged, what comes late is dropped: the store has no rows of it any more.
  b.acknowledge(packet_type::puback, b.got<mqtt::publish>(1).packet_id);
  b.limits.queue_messages_max = 0;
  b.outbox_room = 0;
  auto late = to_subscriber(qos::at_least_once);
  late.message = late.sequence = 77;
  b.deliver(message("t", "late", qos::at_least_once), late);
  CAF_CHECK_EQUAL(b.dropped(drop_reason::queue_full), 1u);
  CAF_CHECK_EQUAL(b.told.wrong, 0);
}

CAF_TEST(qos_0_has_no_place_in_a_store) {
  durable_bench b;
  b.connect();
  auto to = to_subscriber(qos::at_most_once);
  to.message = to.sequence = 1;
  CAF_CHECK(!make_delivery(message("t", "x", qos::exactly_once), to).durable());
  b.deliver_stored("x", qos::at_most_once);
  CAF_CHECK(b.told.queue.empty());
}

CAF_TEST(a_message_at_qos_2_is_let_go_with_pubrec_and_its_place_with_pubcomp) {
  durable_bench b;
  b.connect();
  b.deliver_stored("x", qos::exactly_once);
  auto id = b.got<mqtt::publish>().packet_id;
  CAF_REQUIRE_EQUAL(b.told.queue.size(), 1u);
  CAF_CHECK(b.told.queue.at(1) == (book::row{1001, "x", id, false}));
  b.acknowledge(packet_type::pubrec, id);
  CAF_CHECK(b.told.queue.at(1) == (book::row{1001, "", id, true}));
  CAF_CHECK(b.told.held.empty());
  b.acknowledge(packet_type::pubcomp, id);
  CAF_CHECK(b.told.queue.empty());
  CAF_CHECK_EQUAL(b.told.wrong, 0);
}

CAF_TEST(a_packet_id_is_told_at_once_at_qos_2_and_with_the_end_of_the_link_at_qos_1) {
  durable_bench b;
  b.request.receive_maximum = 2;
  b.connect();
  for (auto at : {qos::at_least_once, qos::exactly_once, qos::at_least_once, qos::exactly_once})
    b.deliver_stored("x", at);
  auto ids = [&] {
    std::vector<unsigned> result;
    for (const auto& [sequence, row] : b.told.queue) result.push_back(row.packet_id);
    return result;
  };
  CAF_CHECK_EQUAL(ids(), (std::vector<unsigned>{0, 2, 0, 0}));
  b.acknowledge(packet_type::pubrec, 2);
  b.acknowledge(packet_type::pubcomp, 2);
  CAF_CHECK_EQUAL(ids(), (std::vector<unsigned>{0, 0, 0}));
  b.acknowledge(packet_type::puback, 1);
  CAF_CHECK_EQUAL(ids(), (std::vector<unsigned>{0, 1}));  // the one from the queue at QoS 2
  b.lose_link();
  CAF_CHECK_EQUAL(ids(), (std::vector<unsigned>{2, 1}));
}

CAF_TEST(a_packet_id_that_did_not_go_out_on_the_link_is_not_told_twice) {
  durable_bench b;
  b.connect();
  b.deliver_stored("x", qos::at_least_once);
  b.lose_link();
  CAF_CHECK_EQUAL(b.told.queue.at(1).packet_id, 1u);
  b.told.queue.at(1).packet_id = 0;  // to see whether it is told
  b.outbox_room = 0;
  b.connect(true);
  b.lose_link();
  CAF_CHECK_EQUAL(b.told.queue.at(1).packet_id, 0u);
}

CAF_TEST(what_the_queue_has_no_room_for_gives_its_place_back) {
  durable_bench b;
  b.connect();
  b.lose_link();
  b.limits.queue_messages_max = 1;
  b.limits.queue_overflow = config::overflow::drop_newest;
  b.deliver_stored("kept", qos::at_least_once);
  b.deliver_stored("new", qos::at_least_once);
  check_turned_down(b, drop_reason::queue_full);
  CAF_CHECK_EQUAL(b.told.queue.begin()->second.payload, "kept");
  b.limits.queue_overflow = config::overflow::disconnect;
  b.deliver_stored("newer", qos::exactly_once);
  check_turned_down(b, drop_reason::queue_full);
}

CAF_TEST(what_is_dropped_from_the_queue_gives_its_place_back) {
  durable_bench b;
  b.connect();
  b.lose_link();
  b.limits.queue_messages_max = 1;
  b.limits.queue_overflow = config::overflow::drop_oldest;
  b.deliver_stored("old", qos::at_least_once);
  b.deliver_stored("new", qos::exactly_once);
  check_turned_down(b, drop_reason::queue_full);
  CAF_CHECK_EQUAL(b.told.queue.begin()->second.payload, "new");
}

CAF_TEST(what_has_expired_gives_its_place_back) {
  durable_bench b;
  b.connect();
  b.deliver_stored("x", qos::at_least_once, b.now);
  check_turned_down(b, drop_reason::expired);
}

CAF_TEST(what_is_too_large_for_the_client_gives_its_place_back) {
  durable_bench b;
  b.request.maximum_packet_size = 100;
  b.connect();
  b.deliver_stored(std::string(200, 'x'), qos::exactly_once);
  check_turned_down(b, drop_reason::too_large);
}

CAF_TEST(what_access_rules_deny_gives_its_place_back) {
  durable_bench b;
  auto rules = std::get<access_rules_ptr>(access_rules::parse("deny all subscribe t\nallow all all #\n", false));
  b.access = rules.get();
  b.connect();
  b.deliver_stored("x", qos::at_least_once);
  check_turned_down(b, drop_reason::denied);
}

CAF_TEST(what_the_client_refuses_gives_its_place_back) {
  durable_bench b;
  b.connect();
  b.deliver_stored("x", qos::exactly_once);
  b.acknowledge(packet_type::pubrec, 1, mqtt::reason::quota_exceeded);
  check_turned_down(b, drop_reason::refused);
}

CAF_TEST(nothing_is_told_of_a_delivery_after_the_end) {
  durable_bench b;
  b.connect();
  b.end();
  b.deliver_stored("x", qos::at_least_once);
  CAF_CHECK_EQUAL(b.dropped(drop_reason::session_ended), 1u);
  CAF_CHECK_EQUAL(b.told.queue.size(), 1u);
  effects fx;
  auto [body, to] = b.stored("y", qos::at_least_once);
  session::deliver(b.rec, b.env(), body, to, fx);
  CAF_CHECK(std::holds_alternative<changes::turn_down>(fx.changes.at(0)));
}

CAF_TEST(a_finished_packet_id_of_the_client_is_told) {
  durable_bench b;
  b.connect();
  b.publish_stored(9);
  CAF_CHECK(b.told.received.contains(9));
  b.acknowledge(packet_type::pubrel, 9);
  CAF_CHECK(b.told.received.empty());
}

/// Whatever happens, what was told puts the session together as it is.
CAF_TEST(what_was_told_is_the_session_after_any_history) {
  for (unsigned seed = 1; seed <= 80; ++seed) {
    CAF_MESSAGE("seed " << seed);
    std::mt19937 random{seed};
    durable_bench b;
    b.limits.queue_messages_max = 6;
    b.limits.queue_overflow = static_cast<config::overflow>(seed % 4);
    b.request.receive_maximum = 3;
    b.connect();
    for (auto step = 0; step < 200; ++step) {
      b.random_step(random, step);
      CAF_REQUIRE(b.told.queue == b.rows_of_record());
      CAF_REQUIRE_EQUAL(b.told.wrong, 0);
      CAF_REQUIRE_EQUAL(b.told.connected, b.rec.connected);
    }
    std::map<std::uint64_t, int> held;
    for (const auto& [sequence, row] : b.told.queue)
      if (!row.released) ++held[row.message];
    CAF_CHECK(held == b.told.held);
    CAF_CHECK(b.decisions_were_pure());
  }
}
