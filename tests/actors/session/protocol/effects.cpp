#define CAF_SUITE session_protocol_effects

#include "actors/session/protocol/effects.hpp"

#include <functional>

#include <caf/test/unit_test.hpp>

#include "tests/actors/session/protocol/book.hpp"

using namespace troupe;
using namespace troupe::session;
using namespace troupe::session::test;

namespace {

void publish_qos_2(bench& b, std::uint16_t packet_id, effects& fx) {
  mqtt::publish sent;
  sent.topic = "t";
  sent.qos = qos::exactly_once;
  sent.packet_id = packet_id;
  packet(b.rec, b.env(), encoded(sent, mqtt::version::v5), fx);
}

/// What one input sends, and whether it has to wait for the store where the session is durable.
struct gate {
  const char* what;
  bool waits;
  std::function<void(durable_bench&)> before, input;
};

void subscribe_to(durable_bench& b, std::string_view filter) {
  mqtt::subscribe wanted;
  wanted.packet_id = 1;
  wanted.entries.push_back({filter, {}});
  b.send(wanted);
}
void unsubscribe_from(durable_bench& b, std::string_view filter) {
  mqtt::unsubscribe wanted;
  wanted.packet_id = 1;
  wanted.filters.push_back(filter);
  b.send(wanted);
}
void deliver(durable_bench& b, qos at) { b.deliver_stored("x", at); }
void full_window(durable_bench& b, qos next) {
  deliver(b, qos::at_least_once);
  b.limits.inflight_max = 1;
  deliver(b, next);
}
/// A new link whose outbox is full: what was in flight still waits.
void reconnect_in_vain(durable_bench& b) {
  b.outbox_room = 0;
  b.reconnect();
  b.outbox_room = 1 << 20;
}

using mqtt::packet_type;
using device = durable_bench&;
const auto nothing = [](device) {};

/// All inputs come to a session with a link.
const gate gates[] = {
  {"CONNACK", true, [](device b) { b.lose_link(); }, [](device b) { b.connect(true); }},
  {"CONNACK of a session that ends with its link from now on", true,
   [](device b) {
     b.lose_link();
     b.request.session_expiry = 0;
   },
   [](device b) { b.connect(true); }},
  {"SUBACK", true, [](device b) { subscribe_to(b, "a"); }, [](device b) { b.answer_subscribe(1); }},
  {"SUBACK that only refuses", false, nothing, [](device b) { subscribe_to(b, "a/#/b"); }},
  {"UNSUBACK", true,
   [](device b) {
     b.subscribe("a");
     unsubscribe_from(b, "a");
   },
   [](device b) { b.answer_unsubscribe(2); }},
  {"UNSUBACK of nothing", false, nothing, [](device b) { unsubscribe_from(b, "a"); }},
  {"PUBLISH at QoS 0", false, nothing, [](device b) { deliver(b, qos::at_most_once); }},
  {"PUBLISH at QoS 1", false, nothing, [](device b) { deliver(b, qos::at_least_once); }},
  {"PUBLISH at QoS 2", true, nothing, [](device b) { deliver(b, qos::exactly_once); }},
  {"PUBLISH at QoS 1 from the queue", false, [](device b) { full_window(b, qos::at_least_once); },
   [](device b) { b.acknowledge(packet_type::puback, 1); }},
  {"PUBLISH at QoS 2 from the queue", true, [](device b) { full_window(b, qos::exactly_once); },
   [](device b) { b.acknowledge(packet_type::puback, 1); }},
  {"PUBLISH at QoS 1 once more", false,
   [](device b) {
     deliver(b, qos::at_least_once);
     reconnect_in_vain(b);
   },
   [](device b) { b.drain(); }},
  {"PUBLISH at QoS 2 once more", true,
   [](device b) {
     deliver(b, qos::exactly_once);
     reconnect_in_vain(b);
   },
   [](device b) { b.drain(); }},
  {"PUBREL", true, [](device b) { deliver(b, qos::exactly_once); },
   [](device b) { b.acknowledge(packet_type::pubrec, 1); }},
  {"PUBREL of an unknown id", true, nothing, [](device b) { b.acknowledge(packet_type::pubrec, 1); }},
  {"PUBREL once more", true,
   [](device b) {
     deliver(b, qos::at_least_once);
     deliver(b, qos::exactly_once);
     b.acknowledge(packet_type::pubrec, 2);
     reconnect_in_vain(b);
   },
   [](device b) { b.drain(); }},
  {"PUBACK", false, [](device b) { b.publish("t", "x", qos::at_least_once, 1); },
   [](device b) {
     b.answer({nullptr, 1, 0, 1, qos::at_least_once});
   }},
  {"PUBREC", false, [](device b) { b.publish("t", "x", qos::exactly_once, 1); },
   [](device b) {
     b.answer({nullptr, 1, 0, 1, qos::exactly_once});
   }},
  {"PUBCOMP", true, [](device b) { b.publish_stored(1); }, [](device b) { b.acknowledge(packet_type::pubrel, 1); }},
  {"PUBCOMP of an unknown id", true, nothing, [](device b) { b.acknowledge(packet_type::pubrel, 1); }},
  {"PINGRESP", false, nothing, [](device b) { b.send(mqtt::pingreq{}); }},
  {"DISCONNECT", false, nothing, [](device b) { b.kick(mqtt::reason::server_shutting_down); }},
};

}  // namespace

CAF_TEST(what_a_store_has_to_know_first_waits_for_it) {
  for (const auto& each : gates) {
    CAF_MESSAGE(each.what);
    for (auto durable : {true, false}) {
      durable_bench b;
      if (!durable) b.durable_number = 0;
      b.connect();
      CAF_CHECK_EQUAL(b.fx.gated, durable);
      each.before(b);
      each.input(b);
      CAF_CHECK(!b.out.empty());
      CAF_CHECK_EQUAL(b.fx.gated, durable && each.waits);
    }
  }
}

CAF_TEST(what_waits_for_a_store_is_taken_back_too) {
  durable_bench b;
  b.connect();
  effects fx;
  const auto mark = fx.note();
  auto [body, to] = b.stored("x", qos::exactly_once);
  session::deliver(b.rec, b.env(), body, to, fx);
  CAF_CHECK(fx.gated);
  fx.rewind(mark);
  CAF_CHECK(!fx.gated);
}

CAF_TEST(a_decision_that_is_taken_back_leaves_nothing) {
  bench b;
  b.connect();
  effects fx;
  publish_qos_2(b, 1, fx);
  apply(b.rec, fx);
  auto kept = digest(fx);
  auto record_before = digest(b.rec);
  auto mark = fx.note();
  publish_qos_2(b, 2, fx);
  session::deliver(b.rec, b.env(), message("t", std::string(20'000, 'x'), qos::at_least_once),
                   to_subscriber(qos::at_least_once), fx);
  kicked(b.rec, b.env(), mqtt::reason::administrative_action, fx);
  CAF_CHECK_NOT_EQUAL(digest(fx), kept);
  fx.rewind(mark);
  CAF_CHECK_EQUAL(digest(fx), kept);
  apply(b.rec, fx);
  CAF_CHECK_EQUAL(digest(b.rec), record_before);
}

CAF_TEST(decisions_applied_one_by_one_gather_in_one_place) {
  bench b;
  b.connect();
  effects fx;
  for (auto payload : {"1", "2", "3"}) {
    session::deliver(b.rec, b.env(), message("t", payload, qos::at_least_once), to_subscriber(qos::at_least_once), fx);
    apply(b.rec, fx);
  }
  CAF_CHECK_EQUAL(fx.delivered.messages, 3u);
  CAF_CHECK_EQUAL(b.rec.inflight.size(), 3u);
  fx.clear();
  CAF_CHECK_EQUAL(digest(fx), digest(effects{}));
}

CAF_TEST(every_reason_to_drop_has_a_name_of_its_own) {
  for (int i = 0; i < static_cast<int>(drop_reason::count_of_reasons); ++i)
    CAF_CHECK_NOT_EQUAL(to_string(static_cast<drop_reason>(i)), "unknown");
}
