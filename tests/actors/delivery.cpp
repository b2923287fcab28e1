#define CAF_SUITE actors_delivery

#include "actors/delivery.hpp"

#include "tests/actors/fixtures/bench.hpp"
#include "tests/actors/fixtures/scarce_memory.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using runtime::role;

namespace {

/// Batches for the delivery of a bench, which the test writes.
struct fixture : bench {
  ~fixture() override { take_down(); }

  struct entry {
    std::string topic;
    std::vector<session_ref> to;
  };
  ref_ptr<const deliver_batch> batch_of(std::vector<entry> entries, std::uint64_t number = 1) {
    auto* batch = new deliver_batch;
    batch->id = {1, number};
    for (auto& each : entries) {
      for (auto who : each.to) batch->targets.push_back({.session = who, .maximum_qos = qos::at_least_once});
      batch->entries.push_back(
        {publication::make({.topic = each.topic, .payload = bytes("x"), .qos = qos::at_least_once}),
         static_cast<std::uint32_t>(batch->targets.size()), 0, 0});
    }
    return ref_ptr<const deliver_batch>::adopt(batch);
  }
  void send(ref_ptr<const deliver_batch> batch) {
    office.send(0, role::delivery, actors::deliver{std::move(batch)});
    work();
  }
  std::size_t queued(session_ref who) { return at->sessions.find(who)->record().queued_messages(); }
  session_ref away() {
    auto who = connect("away " + std::to_string(++away_count));
    who.wire()->hung_up = true;
    work();
    auto found = at->registry.find("away " + std::to_string(away_count));
    CAF_REQUIRE(at->sessions.find(found));
    return found;
  }

  int away_count = 0;
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(delivery_tests, fixture)

CAF_TEST(every_receiver_gets_every_entry_and_the_origin_is_told_once) {
  begin(2);
  auto ann = away(), bob = away();
  send(batch_of({{"a", {ann, bob}}, {"b", {bob}}}));
  CAF_CHECK_EQUAL(queued(ann), 1u);
  CAF_CHECK_EQUAL(queued(bob), 2u);
  CAF_CHECK(office.demand<delivered>(1, role::delivery).id == (batch_id{1, 1}));
  CAF_CHECK(!office.take<delivered>(1, role::delivery));
}

CAF_TEST(a_batch_that_nobody_waits_for_is_not_answered) {
  begin(2);
  auto ann = away();
  send(batch_of({{"a", {ann}}}, 0));
  CAF_CHECK_EQUAL(queued(ann), 1u);
  CAF_CHECK(!office.take<delivered>(1, role::delivery));
}

CAF_TEST(a_session_that_has_ended_is_counted_and_holds_up_nobody) {
  begin(2);
  auto ann = away();
  auto gone = away();
  at->sessions.find(gone)->end();
  work();
  auto stale = ann;
  stale.generation = (stale.generation + 1) & 0xFF'FFFF;
  send(batch_of({{"a", {gone, ann, stale}}}));
  CAF_CHECK_EQUAL(queued(ann), 1u);
  CAF_CHECK_EQUAL(at->counters.stale_deliveries.value(), 2u);
  CAF_CHECK(office.take<delivered>(1, role::delivery));
}

CAF_TEST(a_crashed_delivery_delivers_nothing_twice_and_nothing_never) {
  begin(2);
  auto ann = away();
  office.send(0, role::delivery, crash_next{});
  send(batch_of({{"a", {ann}}, {"b", {ann}}}));
  CAF_CHECK_EQUAL(restarted, 1);
  CAF_CHECK_EQUAL(queued(ann), 2u);
  CAF_CHECK(office.take<delivered>(1, role::delivery));
}

CAF_TEST(more_retained_messages_are_asked_for_while_the_session_has_room) {
  begin(2);
  auto ann = away();
  auto step = [&](session_ref to, std::size_t messages) {
    auto batch = batch_of({{"a", {to}}}, 0);
    auto& inside = const_cast<deliver_batch&>(*batch);
    inside.retained = true;
    inside.walk = {1, 42};
    while (inside.entries.size() < messages) {
      inside.entries.push_back(inside.entries.front());
      inside.targets.push_back(inside.targets.front());
      inside.entries.back().targets_end = static_cast<std::uint32_t>(inside.targets.size());
    }
    send(batch);
  };
  step(ann, 10);
  CAF_CHECK_EQUAL(office.demand<continue_walk>(1, role::shard).walk.number, 42u);
  step(ann, 500);
  CAF_CHECK(!office.take<continue_walk>(1, role::shard));
  at->sessions.find(ann)->end();
  work();
  CAF_CHECK_EQUAL(office.demand<abandon_walk>(1, role::shard).walk.number, 42u);
  step(ann, 10);
  CAF_CHECK_EQUAL(office.demand<abandon_walk>(1, role::shard).walk.number, 42u);
}

CAF_TEST(a_batch_that_fails_twice_does_not_cost_the_next_one_its_entries) {
  if (!scarce_memory::works()) return;
  begin(2);
  delivery_seat.on_refused([this](const caf::mailbox_element&) { at->delivery_progress = 0; });
  auto ann = away();
  auto heavy = batch_of({{"a", {ann}}, {"b", {ann}}});
  auto& batch = const_cast<deliver_batch&>(*heavy);
  batch.targets[1].more_identifiers = true;
  batch.identifiers.assign(100'000, further_identifier{ann, 1});
  batch.entries[1].identifiers_end = 100'000;
  {
    scarce_memory little{100'000};
    send(heavy);
  }
  CAF_CHECK_EQUAL(restarted, 2);
  CAF_CHECK_EQUAL(queued(ann), 1u);
  send(batch_of({{"c", {ann}}, {"d", {ann}}}, 2));
  CAF_CHECK_EQUAL(queued(ann), 3u);
}

CAF_TEST_FIXTURE_SCOPE_END()
