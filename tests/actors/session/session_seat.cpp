#define CAF_SUITE actors_session_session_seat

#include "actors/session/session_seat.hpp"

#include "tests/actors/fixtures/bench.hpp"
#include "tests/actors/fixtures/scarce_memory.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;
using mqtt::packet_type;
using mqtt::reason;
using runtime::role;

namespace {

struct fixture : bench {
  ~fixture() override { take_down(); }

  void subscribe(client& who, std::string_view filter) {
    who.subscribe(filter);
    work();
    auto asked = office.demand<subscribe_message>(0, role::shard);
    office.send(0, role::delivery, subscribed{asked.session, asked.ticket});
    work();
    who.take<mqtt::subscription_acknowledgement>();
  }
  using subscribe_message = actors::subscribe;

  /// What the client has acknowledged to it, in order.
  static std::vector<int> packet_ids(client& of) {
    std::vector<int> result;
    while (const auto* got = of.read()) result.push_back(std::get<mqtt::acknowledgement>(*got).packet_id);
    return result;
  }
  void check_closed_with(client& who, mqtt::reason why) {
    CAF_CHECK(who.take<mqtt::disconnect>().reason == why);
    CAF_CHECK(who.nothing_more());
    CAF_CHECK(who.cut_off());
  }
};

/// So large that only a payload needs it.
constexpr std::size_t heavy = 200'000;

}  // namespace

CAF_TEST_FIXTURE_SCOPE(session_seat_tests, fixture)

// -- crashes
// ------------------------------------------------------------------------------------------------------------

CAF_TEST(a_crash_costs_the_client_neither_its_link_nor_an_answer) {
  begin();
  auto ann = connect("ann");
  auto& seat = seat_of("ann");
  seat.make_faulty();
  ann.publish("a", "1", qos::at_least_once, 1);
  work();
  CAF_CHECK_EQUAL(route_all(), std::vector<std::string>{"1"});
  CAF_CHECK_EQUAL(packet_ids(ann), std::vector<int>{1});
  CAF_CHECK(!ann.cut_off());
  CAF_CHECK_EQUAL(seat.restarts(), 1u);
  CAF_CHECK_EQUAL(tree.restarts(), 1u);
}

CAF_TEST(injection_from_a_client_makes_the_session_throw_at_its_next_input) {
  options.debug.allow_fault_injection = true;
  begin();
  auto ann = connect("ann");
  auto bob = connect("bob");
  bob.publish("$SYS/debug/crash/session/ann", "");
  work();
  CAF_CHECK_EQUAL(seat_of("ann").restarts(), 0u);
  ann.send(mqtt::pingreq{});
  work();
  ann.take<mqtt::pingresp>();
  CAF_CHECK_EQUAL(seat_of("ann").restarts(), 1u);
  CAF_CHECK_EQUAL(seat_of("bob").restarts(), 0u);
}

CAF_TEST(every_input_survives_a_crash) {
  begin();
  auto ann = connect("ann");
  auto who = seat_of("ann").self();
  auto crash = [&] { seat_of("ann").make_faulty(); };
  crash();
  ann.subscribe("a");
  work();
  crash();
  office.send(0, role::delivery, subscribed{who, 1});
  work();
  ann.take<mqtt::subscription_acknowledgement>();
  crash();
  deliver(who, "a", "for ann", qos::at_least_once);
  auto id = ann.take<mqtt::publish>().packet_id;
  crash();
  ann.acknowledge(packet_type::puback, id);
  work();
  CAF_CHECK(seat_of("ann").record().inflight.empty());
  ann.publish("b", "from ann", qos::at_least_once, 9);
  work();
  auto batch = take_batch();
  crash();
  answer(batch->id, 1);
  CAF_CHECK_EQUAL(ann.take<mqtt::acknowledgement>().packet_id, 9u);
  crash();
  ann.wire()->reset = true;
  work();
  CAF_CHECK(!seat_of("ann").record().connected);
  crash();
  CAF_CHECK(reconnect(ann, hello("ann")));
  CAF_CHECK_EQUAL(seat_of("ann").restarts(), 7u);
}

CAF_TEST(an_input_that_fails_twice_costs_the_link_and_keeps_the_session) {
  if (!scarce_memory::works()) return;
  begin();
  auto ann = connect("ann");
  subscribe(ann, "a");
  auto& seat = seat_of("ann");
  deliver(seat.self(), "a", "kept", qos::at_least_once);
  ann.take<mqtt::publish>();
  ann.publish("a", std::string(heavy + 1, 'x'), qos::at_least_once, 1);
  {
    scarce_memory little{heavy};
    work();
  }
  check_closed_with(ann, reason::implementation_specific_error);
  CAF_CHECK(*ann.wire()->closed == transport::close_reason::internal_error);
  CAF_CHECK_EQUAL(seat.restarts(), 2u);
  CAF_CHECK_EQUAL(at->routes.batches_under_way(), 0u);
  CAF_CHECK(reconnect(ann, hello("ann")));
  CAF_CHECK_EQUAL(text(ann.take<mqtt::publish>().payload), "kept");
  CAF_CHECK_EQUAL(seat_of("ann").record().subscriptions.size(), 1u);
}

CAF_TEST(an_input_that_failed_once_is_handled_once) {
  begin();
  auto ann = connect("ann");
  for (std::uint16_t id = 1; id <= 3; ++id) {
    seat_of("ann").make_faulty();
    ann.publish("a", std::to_string(id), qos::exactly_once, id);
    work();
  }
  CAF_CHECK_EQUAL(route_all(), (std::vector<std::string>{"1", "2", "3"}));
  CAF_CHECK_EQUAL(packet_ids(ann), (std::vector<int>{1, 2, 3}));
}

CAF_TEST(packets_are_handled_in_order_across_a_crash) {
  begin();
  auto ann = connect("ann");
  for (std::uint16_t id = 1; id <= 5; ++id) ann.publish("a", std::to_string(id), qos::at_least_once, id);
  seat_of("ann").make_faulty();
  work();
  CAF_CHECK_EQUAL(route_all(), (std::vector<std::string>{"1", "2", "3", "4", "5"}));
  CAF_CHECK_EQUAL(packet_ids(ann), (std::vector<int>{1, 2, 3, 4, 5}));
}

CAF_TEST(a_session_that_is_restarted_too_often_is_disconnected_and_kept) {
  options.supervision.restarts_max = 3;
  options.supervision.window = 10s;
  begin();
  auto ann = connect("ann");
  auto crash = [&] {
    seat_of("ann").make_faulty();
    ann.send(mqtt::pingreq{});
    work();
  };
  for (auto i = 0; i < 3; ++i) {
    crash();
    ann.take<mqtt::pingresp>();
  }
  advance(11s);
  crash();
  ann.take<mqtt::pingresp>();
  CAF_CHECK(!ann.cut_off());
  for (auto i = 0; i < 3; ++i) crash();
  ann.take<mqtt::pingresp>();
  ann.take<mqtt::pingresp>();
  check_closed_with(ann, reason::implementation_specific_error);
  CAF_CHECK(at->registry.find("ann"));
  advance(11s);
  CAF_CHECK(reconnect(ann, hello("ann")));
}

CAF_TEST(a_connect_that_fails_twice_is_told_by_its_link) {
  if (!scarce_memory::works()) return;
  begin();
  client ann;
  open(ann);
  auto name = std::string(60'000, 'u');
  auto with = hello("ann");
  with.user_name = name;
  ann.send(with);
  links.work();
  {
    scarce_memory little{60'000};
    work();
  }
  CAF_CHECK(ann.cut_off());
  CAF_CHECK(reconnect(ann, hello("ann")) == false);
}

CAF_TEST(a_lost_link_is_noticed_whatever_happens) {
  begin();
  auto ann = connect("ann");
  seat_of("ann").make_faulty();
  ann.wire()->reset = true;
  work();
  CAF_CHECK(!seat_of("ann").record().connected);
  CAF_CHECK(!seat_of("ann").link());
  CAF_CHECK_EQUAL(at->counters.connected.value(), 0u);
}

// -- takeover
// -----------------------------------------------------------------------------------------------------------

CAF_TEST(a_takeover_tells_the_old_link_before_the_new_one_is_served) {
  begin();
  auto old = connect("ann");
  subscribe(old, "a");
  auto before = seat_of("ann").self();
  deliver(before, "a", "waits", qos::at_least_once);
  old.take<mqtt::publish>();
  auto taken = connect(hello("ann"));
  check_closed_with(old, reason::session_taken_over);
  CAF_CHECK(seat_of("ann").self() == before);
  CAF_CHECK(seat_of("ann").link()->paused() == false);
  CAF_CHECK_EQUAL(text(taken.take<mqtt::publish>().payload), "waits");
  CAF_CHECK_EQUAL(at->counters.connected.value(), 1u);
}

CAF_TEST(a_takeover_survives_a_crash_of_the_session) {
  begin();
  auto old = connect("ann");
  seat_of("ann").make_faulty();
  auto taken = connect(hello("ann"));
  check_closed_with(old, reason::session_taken_over);
  taken.send(mqtt::pingreq{});
  work();
  taken.take<mqtt::pingresp>();
}

CAF_TEST(a_takeover_with_clean_start_leaves_nothing_of_the_session) {
  begin();
  auto old = connect("ann");
  subscribe(old, "a");
  auto before = seat_of("ann").self();
  client taken;
  CAF_CHECK(!reconnect(taken, hello("ann", true)));
  check_closed_with(old, reason::session_taken_over);
  CAF_CHECK(seat_of("ann").self() != before);
  CAF_CHECK_EQUAL(at->sessions.size(), 1u);
  CAF_CHECK_EQUAL(seat_of("ann").record().subscriptions.size(), 0u);
}

CAF_TEST(a_session_that_ends_with_its_link_is_taken_over_by_a_new_one) {
  begin();
  auto until_the_link_ends = hello("ann");
  until_the_link_ends.session_expiry = 0;
  auto old = connect(until_the_link_ends);
  auto before = seat_of("ann").self();
  client taken;
  CAF_CHECK(!reconnect(taken, until_the_link_ends));
  check_closed_with(old, reason::session_taken_over);
  CAF_CHECK(seat_of("ann").self() != before);
  CAF_CHECK_EQUAL(at->sessions.size(), 1u);
  taken.send(mqtt::pingreq{});
  work();
  taken.take<mqtt::pingresp>();
}

// -- pausing
// ------------------------------------------------------------------------------------------------------------

CAF_TEST(a_publisher_above_its_rate_is_not_read_until_it_may_go_on) {
  options.limits.publish_rate_max = 10;
  begin();
  auto ann = connect("ann");
  for (std::uint16_t id = 1; id <= 30; ++id) ann.publish("a", std::to_string(id));
  work();
  CAF_CHECK_EQUAL(route_all().size(), 11u);  // a second's worth, and the one that overdraws it
  CAF_CHECK(ann.wire()->paused);
  ann.send(mqtt::pingreq{});
  work();
  CAF_CHECK(ann.nothing_more());
  advance(100ms);
  CAF_CHECK(route_all().size() <= 1u);
  auto more = std::size_t{0};
  for (auto tenths = 0; tenths < 10; ++tenths) {
    advance(100ms);
    more += route_all().size();
  }
  CAF_CHECK_GREATER_OR_EQUAL(more, 9u);
  CAF_CHECK_LESS_OR_EQUAL(more, 11u);
  for (auto seconds = 0; seconds < 3; ++seconds) {
    advance(1s);
    route_all();
  }
  ann.take<mqtt::pingresp>();
  CAF_CHECK(!ann.wire()->paused);
}

CAF_TEST(bytes_are_limited_likewise) {
  options.limits.publish_bytes_rate_max = 1000;
  begin();
  auto ann = connect("ann");
  for (auto i = 0; i < 10; ++i) ann.publish("a", std::string(400, 'x'));
  work();
  CAF_CHECK_EQUAL(route_all().size(), 3u);
  advance(1s);
  CAF_CHECK_LESS_OR_EQUAL(route_all().size(), 3u);
  CAF_CHECK(ann.wire()->paused);
}

CAF_TEST(other_packets_than_publish_are_not_counted) {
  options.limits.publish_rate_max = 1;
  begin();
  auto ann = connect("ann");
  for (auto i = 0; i < 50; ++i) ann.send(mqtt::pingreq{});
  work();
  for (auto i = 0; i < 50; ++i) ann.take<mqtt::pingresp>();
}

CAF_TEST(a_publisher_whose_batches_are_not_answered_is_not_read) {
  options.limits.unrouted_messages_max = 3;
  begin();
  auto ann = connect("ann");
  for (std::uint16_t id = 1; id <= 10; ++id) ann.publish("a", std::to_string(id), qos::at_least_once, id);
  work();
  CAF_CHECK(ann.wire()->paused);
  auto waits = ann.wire()->up.size();
  CAF_CHECK_GREATER_OR_EQUAL(waits, 6u);
  while (at->routes.batches_under_way() > 0) route_all();
  CAF_CHECK(!ann.wire()->paused);
  CAF_CHECK_EQUAL(packet_ids(ann).size(), 10u);
}

// -- time
// ---------------------------------------------------------------------------------------------------------------

CAF_TEST(a_client_that_keeps_silent_too_long_is_disconnected) {
  begin();
  auto with = hello("ann");
  with.keep_alive = 10;
  auto ann = connect(with);
  advance(14s);
  CAF_CHECK(!ann.cut_off());
  advance(1100ms);
  check_closed_with(ann, reason::keep_alive_timeout);
}

CAF_TEST(every_packet_moves_the_keep_alive_on) {
  begin();
  auto with = hello("ann");
  with.keep_alive = 10;
  auto ann = connect(with);
  for (auto i = 0; i < 10; ++i) {
    advance(14s);
    ann.send(mqtt::pingreq{});
    work();
    ann.take<mqtt::pingresp>();
  }
  advance(16s);
  check_closed_with(ann, reason::keep_alive_timeout);
}

CAF_TEST(a_link_that_the_node_does_not_read_is_not_silent) {
  options.limits.unrouted_messages_max = 1;
  begin();
  auto with = hello("ann");
  with.keep_alive = 10;
  auto ann = connect(with);
  for (std::uint16_t id = 1; id <= 3; ++id) ann.publish("a", "x", qos::at_least_once, id);
  work();
  CAF_REQUIRE(ann.wire()->paused);
  advance(16s);
  advance(16s);
  CAF_CHECK(!ann.cut_off());
  while (at->routes.batches_under_way() > 0) route_all();
  CAF_CHECK(!ann.wire()->paused);
  packet_ids(ann);
  advance(16s);
  check_closed_with(ann, reason::keep_alive_timeout);
}

CAF_TEST(a_session_ends_when_it_has_expired) {
  begin();
  auto with = hello("ann");
  with.session_expiry = 60;
  auto ann = connect(with);
  ann.wire()->reset = true;
  work();
  advance(59s);
  CAF_CHECK(at->registry.find("ann"));
  advance(1100ms);
  CAF_CHECK(!at->registry.find("ann"));
  CAF_CHECK_EQUAL(at->sessions.size(), 0u);
  CAF_CHECK_EQUAL(at->counters.sessions.value(), 0u);
}

// -- order of answers and deliveries
// --------------------------------------------------------------------------------------

CAF_TEST(suback_leaves_before_the_retained_messages_of_its_filters) {
  begin();
  auto ann = connect("ann");
  ann.send(mqtt::subscribe{
    .packet_id = 5,
    .entries = {{"a", {.maximum_qos = qos::at_least_once}}, {"b/+", {.maximum_qos = qos::at_most_once}}}});
  work();
  auto asked = office.demand<subscribe_message>(0, role::shard);
  CAF_CHECK_EQUAL(asked.entries.size(), 2u);
  deliver(asked.session, "a", "retained", qos::at_least_once, true);
  CAF_CHECK(ann.nothing_more());
  office.send(0, role::delivery, subscribed{asked.session, asked.ticket});
  work();
  CAF_CHECK_EQUAL(ann.take<mqtt::subscription_acknowledgement>().packet_id, 5u);
  const auto& got = ann.take<mqtt::publish>();
  CAF_CHECK_EQUAL(text(got.payload), "retained");
  CAF_CHECK(got.retain);
}

CAF_TEST(what_is_in_flight_goes_on_when_the_subscribe_that_held_it_up_is_answered) {
  begin();
  auto ann = connect("ann");
  auto who = seat_of("ann").self();
  deliver(who, "a", "in flight", qos::at_least_once);
  ann.take<mqtt::publish>();
  ann.subscribe("b");
  work();
  CAF_CHECK(reconnect(ann, hello("ann")));
  auto asked = office.demand<subscribe_message>(0, role::shard);
  office.send(0, role::delivery, subscribed{asked.session, asked.ticket});
  work();
  const auto& again = ann.take<mqtt::publish>();
  CAF_CHECK_EQUAL(text(again.payload), "in flight");
  CAF_CHECK(again.duplicate);
}

CAF_TEST(acknowledgements_leave_in_the_order_of_their_publications) {
  begin();
  auto ann = connect("ann");
  for (std::uint16_t id = 1; id <= 3; ++id) {
    ann.publish("a", std::to_string(id), qos::at_least_once, id);
    work();
  }
  std::vector<batch_id> batches;
  for (auto i = 0; i < 3; ++i) batches.push_back(take_batch()->id);
  answer(batches[2], 1);
  answer(batches[1], 1);
  CAF_CHECK(ann.nothing_more());
  answer(batches[0], 1);
  CAF_CHECK_EQUAL(packet_ids(ann), (std::vector<int>{1, 2, 3}));
}

CAF_TEST(a_reader_that_falls_behind_is_sent_the_rest_when_it_has_room_again) {
  options.limits.outbox_bytes_max = 4096;
  begin();
  auto ann = connect("ann");
  auto who = seat_of("ann").self();
  for (auto i = 0; i < 20; ++i) deliver(who, "a", std::string(1000, static_cast<char>('a' + i)), qos::at_least_once);
  CAF_CHECK_LESS_OR_EQUAL(ann.wire()->down.size(), 6000u);
  std::string seen;
  for (auto turns = 0; turns < 50; ++turns) {
    while (const auto* got = ann.read()) seen += text(std::get<mqtt::publish>(*got).payload).front();
    work();
  }
  CAF_CHECK_EQUAL(seen, "abcdefghijklmnopqrst");
}

CAF_TEST(bytes_that_are_no_packet_cost_the_link_and_are_told) {
  begin();
  auto ann = connect("ann");
  links.find(*ann.wire())->violate(transport::close_cause::malformed);
  check_closed_with(ann, reason::malformed_packet);
  auto bob = connect("bob");
  links.find(*bob.wire())->violate(transport::close_cause::too_large);
  check_closed_with(bob, reason::packet_too_large);
}

CAF_TEST_FIXTURE_SCOPE_END()
