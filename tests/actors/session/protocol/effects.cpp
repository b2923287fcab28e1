#define CAF_SUITE session_protocol_effects

#include "actors/session/protocol/effects.hpp"

#include <caf/test/unit_test.hpp>

#include "tests/actors/session/protocol/bench.hpp"

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

}  // namespace

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
