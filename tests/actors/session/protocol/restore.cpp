#define CAF_SUITE session_protocol_restore

#include "actors/session/protocol/restore.hpp"

#include <algorithm>
#include <array>

#include <caf/test/unit_test.hpp>

#include "tests/actors/session/protocol/crashes.hpp"

using namespace troupe;
using namespace troupe::session;
using namespace troupe::session::test;
using mqtt::packet_type;
using mqtt::version;

namespace {

void write(std::ostream& to, const delivery& what) {
  to << what.more->message << '-' << what.more->sequence << " q" << static_cast<int>(what.qos) << what.retain << ' '
     << what.group().view();
  for (auto id : what.identifiers()) to << ' ' << id;
  to << ' ' << (what.body ? text(what.body->payload()) : "gone") << '\n';
}

/// Everything of a session that a store keeps, as text.
std::string kept(const record& of) {
  std::ostringstream to;
  to << of.client_id.view() << ' ' << of.user_name.view() << ' ' << of.durable << ' ' << static_cast<int>(of.version)
     << ' ' << of.session_expiry << ' ' << of.since.time_since_epoch().count() << ' ' << of.connected << '\n';
  if (of.will) to << "will " << of.will->body->topic() << ' ' << of.will->delay << '\n';
  std::set<std::string> filters;
  of.subscriptions.for_each([&](const subscription& each) {
    filters.insert(std::string{each.filter.view()} + ' ' + std::to_string(static_cast<int>(each.options.maximum_qos)) +
                   ' ' + std::to_string(each.identifier));
  });
  for (const auto& each : filters) to << "subscribed " << each << '\n';
  for (auto id = of.inflight.first(); id != 0; id = of.inflight.after(id)) {
    const auto& slot = *of.inflight.find(id);
    to << "in flight " << id << (slot.state == inflight_window::state::sent ? " sent " : " released ") << slot.on_link;
    write(to, slot.what);
  }
  for (std::uint32_t i = 0; of.queue && i < of.queue->end(); ++i)
    if (of.queue->at(i).body && of.queue->at(i).durable()) write(to << "waits ", of.queue->at(i));
  std::set<std::uint16_t> received;
  for (std::uint32_t i = 0; of.inbound && i < of.inbound->exactly_once.size(); ++i)
    received.insert(of.inbound->exactly_once[i].packet_id);
  for (auto id : received) to << "received " << id << '\n';
  return to.str();
}

kept_session::entry entry(std::uint64_t sequence, troupe::qos at, std::uint16_t packet_id) {
  auto to = to_subscriber(at);
  to.message = to.sequence = sequence;
  return {make_delivery(message("t", std::to_string(sequence), at), to), packet_id, false};
}

/// What the client got: `<sequence>` for a PUBLISH, with its id and whether it is a duplicate; `rel <id>`.
std::vector<std::string> got(const bench& b) {
  std::vector<std::string> result;
  for (const auto& each : b.out) {
    if (const auto* sent = std::get_if<mqtt::publish>(&each))
      result.push_back(text(sent->payload) + " as " + std::to_string(sent->packet_id) +
                       (sent->duplicate ? " dup" : ""));
    if (const auto* answer = std::get_if<mqtt::acknowledgement>(&each))
      result.push_back("rel " + std::to_string(answer->packet_id));
  }
  return result;
}

using strings = std::vector<std::string>;

}  // namespace

CAF_TEST(a_session_from_a_store_has_no_link_and_all_it_was) {
  kept_session from;
  from.client_id = shared_text{"client"};
  from.user_name = shared_text{"user"};
  from.number = 9;
  from.version = version::v5;
  from.session_expiry = 60;
  from.since = time_point{std::chrono::hours{2}};
  from.will = std::make_unique<stored_will>(stored_will{message("will", "x"), 30, std::nullopt});
  from.subscriptions.push_back({shared_text{"a/+"}, {.maximum_qos = qos::at_least_once}, 3});
  from.subscriptions.push_back({shared_text{"b"}, {}, 0});
  from.received = {7, 3};
  auto rec = restore(std::move(from));
  CAF_CHECK(!rec.connected && !rec.ended);
  CAF_CHECK_EQUAL(rec.client_id.view(), "client");
  CAF_CHECK_EQUAL(rec.user_name.view(), "user");
  CAF_CHECK_EQUAL(rec.durable, 9u);
  CAF_CHECK(rec.version == version::v5);
  CAF_CHECK(deadline(rec) == time_point{std::chrono::hours{2} + std::chrono::seconds{30}});
  CAF_CHECK_EQUAL(rec.subscriptions.size(), 2u);
  CAF_REQUIRE(rec.subscriptions.find("a/+"));
  CAF_CHECK_EQUAL(rec.subscriptions.find("a/+")->identifier, 3u);
  CAF_CHECK_EQUAL(rec.inbound->exactly_once.size(), 2u);
  CAF_CHECK_EQUAL(rec.inbound->open, 0u);
}

CAF_TEST(a_session_without_anything_takes_nothing) {
  auto rec = restore({});
  CAF_CHECK(!rec.queue && !rec.inbound && !rec.subscriptions.allocated());
  CAF_CHECK_EQUAL(rec.inflight.capacity(), 0u);
}

CAF_TEST(what_was_in_flight_comes_again_under_its_ids_and_then_what_waited) {
  durable_bench b;
  kept_session from;
  from.client_id = shared_text{"client"};
  from.number = 5;
  from.session_expiry = 60;
  from.queue.push_back(entry(1, qos::exactly_once, 6));
  from.queue.push_back(entry(2, qos::exactly_once, 2));
  from.queue.back().released = true;
  from.queue.back().what.body = nullptr;
  from.queue.push_back(entry(3, qos::at_least_once, 3));
  from.queue.push_back(entry(4, qos::at_least_once, 0));
  from.queue.push_back(entry(5, qos::exactly_once, 0));
  b.rec = restore(std::move(from));
  CAF_CHECK_EQUAL(b.rec.inflight.capacity(), 8u);
  CAF_CHECK_EQUAL(b.rec.inflight.open(), 0u);
  b.connect(true);
  CAF_CHECK_EQUAL(got(b), (strings{"1 as 6 dup", "rel 2", "3 as 3 dup", "4 as 1", "5 as 4"}));
  CAF_CHECK_EQUAL(b.rec.inflight.size(), 5u);
  CAF_CHECK_EQUAL(b.rec.inflight.open(), 4u);
}

CAF_TEST(the_largest_packet_id_fits) {
  kept_session from;
  from.queue.push_back(entry(1, qos::exactly_once, 65535));
  auto rec = restore(std::move(from));
  CAF_CHECK_EQUAL(rec.inflight.capacity(), 65535u);
  CAF_CHECK(rec.inflight.find(65535));
}

CAF_TEST(of_two_under_one_packet_id_the_later_one_waits) {
  durable_bench b;
  kept_session from;
  from.client_id = shared_text{"client"};
  from.queue.push_back(entry(1, qos::exactly_once, 1));
  from.queue.push_back(entry(2, qos::exactly_once, 1));
  b.rec = restore(std::move(from));
  CAF_CHECK_EQUAL(b.rec.inflight.size(), 1u);
  b.connect(true);
  CAF_CHECK_EQUAL(got(b), (strings{"1 as 1 dup", "2 as 2"}));
}

CAF_TEST(what_cannot_be_sent_is_left_out) {
  kept_session from;
  from.queue.push_back(entry(1, qos::exactly_once, 1));
  from.queue.push_back(entry(2, qos::at_least_once, 0));
  for (auto& each : from.queue) each.what.body = nullptr;
  from.queue.push_back(entry(3, qos::exactly_once, 0));  // PUBREC came, but for which id?
  from.queue.back().released = true;
  from.queue.push_back(entry(4, qos::exactly_once, 2));
  from.queue.push_back(entry(5, qos::exactly_once, 2));  // likewise
  from.queue.back().released = true;
  from.subscriptions.push_back({});
  from.received = {0, 5, 5};
  auto rec = restore(std::move(from));
  CAF_CHECK_EQUAL(rec.inflight.size(), 1u);
  CAF_CHECK_EQUAL(rec.queued_messages(), 0u);
  CAF_CHECK(rec.subscriptions.empty());
  CAF_CHECK_EQUAL(rec.inbound->exactly_once.size(), 1u);
}

CAF_TEST(a_publication_that_was_received_is_not_taken_twice_whatever_the_shards_answer) {
  durable_bench b;
  kept_session from;
  from.client_id = shared_text{"client"};
  from.received = {2};
  b.rec = restore(std::move(from));
  b.connect(true);
  b.publish("t", "first", qos::at_least_once, 1);
  auto first = b.fx.routes.at(0);
  b.publish("t", "again", qos::exactly_once, 2, true);
  CAF_CHECK(b.fx.routes.empty());
  CAF_CHECK(b.out.empty());  // in turn
  b.answer(first, true, mqtt::reason::unspecified_error);
  CAF_REQUIRE_EQUAL(b.out.size(), 2u);
  CAF_CHECK(b.got<mqtt::acknowledgement>(1).type == packet_type::pubrec);
  CAF_CHECK(b.got<mqtt::acknowledgement>(1).reason == mqtt::reason::success);
  b.acknowledge(packet_type::pubrel, 2);
  CAF_CHECK(b.got<mqtt::acknowledgement>().reason == mqtt::reason::success);
  CAF_CHECK(b.rec.inbound->exactly_once.empty());
}

CAF_TEST(after_any_history_a_session_without_a_link_is_put_together_as_it_was) {
  for (unsigned seed = 1; seed <= 80; ++seed) {
    CAF_MESSAGE("seed " << seed);
    std::mt19937 random{seed};
    durable_bench b{seed % 2 ? version::v5 : version::v3_1_1};
    b.limits.queue_messages_max = 10;
    b.request.receive_maximum = 3;
    b.request.user_name = "user";
    if (seed % 3 == 0) b.request.will = stored_will{message("will", "x"), 1000, std::nullopt};
    b.connect();
    for (auto round = 0; round < 10; ++round) {
      for (auto step = 0; step < 20; ++step) b.random_step(random, step);
      b.lose_link();
      auto before = kept(b.rec);
      b.restart();
      CAF_REQUIRE_EQUAL(kept(b.rec), before);
      b.connect(true);
    }
  }
}

namespace {

/// What a session owes its client, by QoS and in order: `not_acknowledged` of those delivered.
strings owed_at(const record& of, troupe::qos at) {
  strings result;
  for (auto id = of.inflight.first(); id != 0; id = of.inflight.after(id)) {
    const auto& slot = *of.inflight.find(id);
    if (slot.what.qos == at && slot.what.body) result.push_back(text(slot.what.body->payload()));
  }
  for (std::uint32_t i = 0; of.queue && i < of.queue->end(); ++i) {
    const auto& each = of.queue->at(i);
    if (each.body && each.qos == at) result.push_back(text(each.body->payload()));
  }
  return result;
}

/// Answers everything until nothing is owed.
void acknowledge_all(durable_bench& b) {
  for (auto left = 10'000; left > 0 && !b.rec.inflight.empty(); --left) b.acknowledge_next(b.rec.inflight.first());
}

}  // namespace

/// Order counts among messages of one QoS [MQTT-4.6.0-6]: what was in flight at QoS 2 comes before what was at QoS 1,
/// whose packet ids a crash takes along.
CAF_TEST(a_crash_at_any_moment_keeps_what_was_not_acknowledged_in_order) {
  for (unsigned seed = 1; seed <= 80; ++seed) {
    CAF_MESSAGE("seed " << seed);
    std::mt19937 random{seed};
    durable_bench b;
    b.request.receive_maximum = 4;
    b.connect();
    std::array<strings, 3> owed;
    for (auto step = 0; step < 300; ++step) {
      const auto dice = random() % 10;
      if (dice < 5) {
        const auto at = random() % 2 ? qos::at_least_once : qos::exactly_once;
        b.deliver_stored(std::to_string(step), at);
        owed[static_cast<std::size_t>(at)].push_back(std::to_string(step));
      } else if (dice < 9 && !b.rec.inflight.empty()) {
        auto id = b.rec.inflight.first();
        if (random() % 2 && b.rec.inflight.after(id)) id = b.rec.inflight.after(id);
        const auto& slot = *b.rec.inflight.find(id);
        if (slot.what.body) std::erase(owed[static_cast<std::size_t>(slot.what.qos)], text(slot.what.body->payload()));
        b.acknowledge_next(id);
      } else if (dice == 9) {
        b.restart();
        for (auto at : {qos::at_least_once, qos::exactly_once})
          CAF_REQUIRE_EQUAL(owed_at(b.rec, at), owed[static_cast<std::size_t>(at)]);
        b.connect(true);
      }
    }
    b.restart();
    b.connect(true);
    acknowledge_all(b);
    CAF_CHECK(b.told.queue.empty());
    CAF_CHECK(b.told.held.empty());
    CAF_CHECK_EQUAL(b.told.wrong, 0);
  }
}

CAF_TEST(qos_2_after_pubrec_is_never_published_again) {
  durable_bench b;
  b.connect();
  b.deliver_stored("x", qos::exactly_once);
  b.acknowledge(packet_type::pubrec, 1);
  for (auto i = 0; i < 3; ++i) {
    b.restart();
    b.connect(true);
    CAF_CHECK_EQUAL(got(b), (strings{"rel 1"}));
  }
  b.acknowledge(packet_type::pubcomp, 1);
  b.restart();
  b.connect(true);
  CAF_CHECK(got(b).empty());
}

namespace {

void survive(version speaks) {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    CAF_MESSAGE("seed " << seed);
    crashes run{seed, speaks};
    for (int i = 0; i < 800; ++i) run.step();
    run.settle();
  }
}

}  // namespace

CAF_TEST(crashes_lose_and_double_nothing_in_mqtt_5) { survive(version::v5); }

CAF_TEST(crashes_lose_and_double_nothing_in_mqtt_3_1_1) { survive(version::v3_1_1); }
