#define CAF_SUITE session_protocol_journal

#include "actors/session/protocol/journal.hpp"

#include <map>
#include <random>
#include <set>

#include <caf/test/unit_test.hpp>

#include "tests/actors/session/protocol/bench.hpp"

using namespace troupe;
using namespace troupe::session;
using namespace troupe::session::test;
using mqtt::packet_type;

namespace {

/// What a store knows of the session: nothing but what it was told.
class book final : public journal {
public:
  struct row {
    std::uint64_t message = 0;
    std::string payload;
    std::uint16_t packet_id = 0;
    bool released = false;
    friend bool operator==(const row&, const row&) = default;
  };

  void changed(const record& of) noexcept override {
    there = true;
    connected = of.connected;
    expiry = of.session_expiry;
    will = of.will != nullptr;
  }
  void finished(const record& of) noexcept override {
    there = false;
    finished_with = of.queued_messages() + of.inflight.size();
    queue.clear();
    filters.clear();
  }
  void subscribed(const subscription& what) noexcept override { filters.insert(std::string{what.filter.view()}); }
  void unsubscribed(std::string_view filter) noexcept override { filters.erase(std::string{filter}); }
  void added(const delivery& what, std::uint16_t packet_id) noexcept override {
    wrong += queue.contains(what.more->sequence);
    queue[what.more->sequence] = {what.more->message, text(what.body->payload()), packet_id, false};
    held[what.more->message] += 1;
  }
  void sent(const delivery& what, std::uint16_t packet_id) noexcept override {
    auto& row = at(what);
    wrong += row.packet_id != 0;
    row.packet_id = packet_id;
  }
  void released(const delivery& what, std::uint16_t packet_id) noexcept override {
    auto& row = at(what);
    wrong += row.packet_id != packet_id || row.released;
    row.released = true;
    row.payload.clear();
    let_go(row);
  }
  void removed(const delivery& what, bool message_held) noexcept override {
    auto& row = at(what);
    wrong += row.released == message_held;
    if (message_held) let_go(row);
    queue.erase(what.more->sequence);
  }
  void forgotten(std::uint16_t packet_id) noexcept override { forgotten_ids.push_back(packet_id); }

  bool there = false, connected = false, will = false;
  std::uint32_t expiry = 0, finished_with = 0;
  std::map<std::uint64_t, row> queue;
  std::map<std::uint64_t, int> held;
  std::set<std::string> filters;
  std::vector<std::uint16_t> forgotten_ids;
  int wrong = 0;

private:
  row& at(const delivery& what) {
    wrong += !queue.contains(what.more->sequence);
    return queue[what.more->sequence];
  }
  void let_go(const row& of) {
    if (--held[of.message] == 0) held.erase(of.message);
  }
};

/// A session that a store knows.
struct durable_bench : bench {
  durable_bench() {
    durable_number = 5;
    store = &told;
  }
  /// A message of the store's, each with an id of its own.
  void deliver_stored(std::string_view payload, troupe::qos at) {
    auto to = to_subscriber(at);
    to.message = ++last_message;
    deliver(message("t", payload, at), to);
  }
  /// The queue as the record has it: in flight first, then what waits; durable ones only.
  std::map<std::uint64_t, book::row> rows_of_record() const {
    std::map<std::uint64_t, book::row> result;
    for (auto id = rec.inflight.first(); id != 0; id = rec.inflight.after(id)) {
      const auto& slot = *rec.inflight.find(id);
      if (!slot.what.durable()) continue;
      const auto released = slot.state == inflight_window::state::released;
      result[slot.what.more->sequence] = {slot.what.more->message,
                                          released ? std::string{} : text(slot.what.body->payload()), id, released};
    }
    for (std::uint32_t i = 0; rec.queue && i < rec.queue->end(); ++i) {
      const auto& each = rec.queue->at(i);
      if (each.body && each.durable()) result[each.more->sequence] = {each.more->message, text(each.body->payload())};
    }
    return result;
  }
  book told;
  std::uint64_t last_message = 0;
};

}  // namespace

CAF_TEST(a_session_that_outlives_its_connection_is_told_and_its_end_too) {
  durable_bench b;
  b.connect();
  CAF_CHECK(b.told.there && b.told.connected);
  CAF_CHECK_EQUAL(b.rec.durable->number, 5u);
  b.subscribe("a/+");
  b.subscribe("b");
  CAF_CHECK_EQUAL(b.told.filters, (std::set<std::string>{"a/+", "b"}));
  b.lose_link();
  CAF_CHECK(b.told.there && !b.told.connected);
  b.end();
  CAF_CHECK(!b.told.there);
  CAF_CHECK(!b.rec.durable);
}

CAF_TEST(nothing_is_told_of_a_session_that_ends_with_its_connection) {
  durable_bench b;
  b.request.session_expiry = 0;
  b.connect();
  b.subscribe("a");
  b.deliver_stored("x", qos::at_least_once);
  CAF_CHECK(!b.rec.durable);
  CAF_CHECK(!b.told.there);
  CAF_CHECK(b.told.filters.empty());
  CAF_CHECK(b.told.queue.empty());
}

CAF_TEST(nothing_is_durable_without_a_store) {
  durable_bench b;
  b.durable_number = 0;
  b.connect();
  b.subscribe("a");
  CAF_CHECK(!b.rec.durable);
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
  CAF_CHECK(!b.rec.durable);
}

CAF_TEST(qos_0_has_no_place_in_a_store) {
  durable_bench b;
  b.connect();
  b.deliver_stored("x", qos::at_most_once);
  CAF_CHECK(b.told.queue.empty());
}

CAF_TEST(a_message_at_qos_2_is_let_go_with_pubrec_and_its_place_with_pubcomp) {
  durable_bench b;
  b.connect();
  b.deliver_stored("x", qos::exactly_once);
  auto id = b.got<mqtt::publish>().packet_id;
  CAF_REQUIRE_EQUAL(b.told.queue.size(), 1u);
  CAF_CHECK_EQUAL(b.told.queue.begin()->second, (book::row{1, "x", id, false}));
  b.acknowledge(packet_type::pubrec, id);
  CAF_CHECK_EQUAL(b.told.queue.begin()->second, (book::row{1, "", id, true}));
  CAF_CHECK(b.told.held.empty());
  b.acknowledge(packet_type::pubcomp, id);
  CAF_CHECK(b.told.queue.empty());
  CAF_CHECK_EQUAL(b.told.wrong, 0);
}

CAF_TEST(a_finished_packet_id_of_the_client_is_told) {
  durable_bench b;
  b.connect();
  b.publish("t", "x", qos::exactly_once, 9);
  b.answer(b.fx.routes.at(0));
  b.acknowledge(packet_type::pubrel, 9);
  CAF_CHECK_EQUAL(b.told.forgotten_ids, std::vector<std::uint16_t>{9});
}

/// Whatever happens, what was told puts the session together as it is.
CAF_TEST(what_was_told_is_the_session_after_any_history) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    CAF_MESSAGE("seed " << seed);
    std::mt19937 random{seed};
    durable_bench b;
    b.limits.queue_messages_max = 6;
    b.limits.queue_overflow = seed % 2 ? config::overflow::drop_oldest : config::overflow::drop_qos0_first;
    b.request.receive_maximum = 3;
    b.connect();
    for (auto step = 0; step < 200; ++step) {
      const auto dice = random() % 10;
      const auto qos = static_cast<troupe::qos>(random() % 3);
      if (dice < 5) {
        b.deliver_stored(std::to_string(step), qos);
      } else if (dice < 8 && b.rec.connected && !b.rec.inflight.empty()) {
        const auto id = b.rec.inflight.first();
        const auto& slot = *b.rec.inflight.find(id);
        if (slot.state == inflight_window::state::released)
          b.acknowledge(packet_type::pubcomp, id);
        else if (slot.what.qos == qos::at_least_once)
          b.acknowledge(packet_type::puback, id);
        else
          b.acknowledge(packet_type::pubrec, id, random() % 4 ? mqtt::reason::success : mqtt::reason::quota_exceeded);
      } else if (dice == 8 && b.rec.connected) {
        b.lose_link();
      } else if (!b.rec.connected) {
        b.connect(true);
      }
      CAF_REQUIRE(b.told.queue == b.rows_of_record());
      CAF_REQUIRE_EQUAL(b.told.wrong, 0);
    }
    std::map<std::uint64_t, int> held;
    for (const auto& [sequence, row] : b.told.queue)
      if (!row.released) ++held[row.message];
    CAF_CHECK(held == b.told.held);
  }
}
