#define CAF_SUITE session_protocol_record

#include "actors/session/protocol/record.hpp"

#include <malloc.h>

#include <cstddef>

#include <caf/test/unit_test.hpp>

#include "tests/actors/session/protocol/bench.hpp"

using namespace troupe;
using namespace troupe::session;
using namespace troupe::session::test;

namespace {

/// Bytes the heap has given out.
std::size_t in_use() { return mallinfo2().uordblks; }

}  // namespace

CAF_TEST(an_idle_session_with_one_subscription_takes_at_most_400_bytes) {
  constexpr std::size_t sessions = 100;
  config::limits limits;
  environment env{.limits = limits};
  std::vector<record> records(sessions);
  effects fx;
  std::vector<mqtt::reason> granted;
  // Once before measuring, so that the effects have their capacity.
  auto open = [&](record& of, std::size_t number) {
    connect_request request;
    request.version = mqtt::version::v5;
    request.client_id = "client-" + std::to_string(10'000'000 + number);
    request.topic_alias_maximum = 10;
    request.session_expiry = 3600;
    connected(of, env, request, false, fx);
    apply(of, fx);
    fx.clear();
    mqtt::subscribe wanted;
    wanted.packet_id = 1;
    auto filter = "devices/" + request.client_id + "/commands";
    wanted.entries.push_back({filter, {}});
    packet(of, env, encoded(wanted, mqtt::version::v5), fx);
    apply(of, fx);
    auto ticket = fx.subscribe.at(0).ticket;
    fx.clear();
    subscribed(of, env, ticket, granted, fx);
    apply(of, fx);
    fx.clear();
  };
  record first;
  open(first, 0);
  auto before = in_use();
  for (std::size_t i = 0; i < sessions; ++i) open(records[i], i + 1);
  auto each = sizeof(record) + (in_use() - before) / sessions;
  CAF_MESSAGE("record " << sizeof(record) << " bytes, session " << each << " bytes");
  if (in_use() != 0) {  // a sanitizer's allocator does not tell
    CAF_CHECK_LESS_OR_EQUAL(each, 400u);
    CAF_CHECK_GREATER(each, sizeof(record));
  }
  CAF_CHECK_LESS_OR_EQUAL(sizeof(record), 160u);
}

CAF_TEST(publishing_and_delivering_allocate_nothing_but_the_publication) {
  bench b;
  b.connect();
  auto body = message("a/topic", "payload", qos::at_most_once);
  auto to = to_subscriber(qos::at_most_once);
  effects fx;
  mqtt::publish sent;
  sent.topic = "a/topic";
  sent.payload = bytes("payload");
  auto data = encoded(sent, mqtt::version::v5);
  auto round = [&] {
    packet(b.rec, b.env(), data, fx);
    apply(b.rec, fx);
    session::deliver(b.rec, b.env(), body, to, fx);
    apply(b.rec, fx);
    fx.clear();
    routed(b.rec, b.env(), {.bytes = b.rec.unrouted_bytes}, fx);
    apply(b.rec, fx);
    fx.clear();
  };
  round();
  auto before = in_use();
  for (int i = 0; i < 100; ++i) round();
  CAF_CHECK_EQUAL(in_use(), before);
}
