#define CAF_SUITE actors_durability_pending_deliveries
#include "actors/durability/pending_deliveries.hpp"

#include "actors/durability/durability.hpp"
#include "routing/topic.hpp"
#include "tests/actors/fixtures/lasting_clients.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;
using strings = std::vector<std::string>;

namespace {

/// A topic whose shard is on that loop of three.
std::string topic_of_shard(std::uint32_t loop) {
  for (auto i = 0;; ++i)
    if (auto name = "t" + std::to_string(i); shard_of(name, 3) == loop) return name;
}

struct three_loops : lasting_clients {
  /// Loops 0 and 2 and the store work; what loop 1 has to say comes later.
  void work_without_loop_1() {
    for (auto rounds = 0; rounds < 50; ++rounds) {
      broker->node().turn(0);
      broker->node().turn(2);
      store().drive();
    }
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(pending_deliveries_tests, three_loops)

CAF_TEST(deliveries_come_in_the_order_of_the_shard_though_a_later_batch_is_committed_first) {
  begin(3);
  const auto topic = topic_of_shard(0);
  const auto other = topic_of_shard(2);
  auto ada = connect("ada", 2), slow = connect("slow", 1);
  subscribe(ada, topic, qos::at_least_once);
  subscribe(ada, other, qos::at_least_once);
  subscribe(slow, topic, qos::at_least_once);
  auto bob = connect_clean("bob", 0), eve = connect_clean("eve", 2);
  bob.publish(topic, "1", qos::at_least_once, 1);  // not complete before loop 1 has said what it keeps
  work_without_loop_1();
  eve.publish(other, "2", qos::at_least_once, 1);
  work_without_loop_1();
  CAF_CHECK(eve.take<mqtt::acknowledgement>().type == mqtt::packet_type::puback);  // it is committed
  CAF_CHECK(bob.nothing_more());
  CAF_CHECK(ada.nothing_more());
  work();
  CAF_CHECK_EQUAL(read_all(ada), (strings{"1", "2"}));
  CAF_CHECK_EQUAL(read_all(slow), strings{"1"});
  check_nothing_waits();
}

CAF_TEST(what_could_not_be_committed_does_not_hold_up_what_could) {
  begin(3);
  const auto topic = topic_of_shard(0), other = topic_of_shard(2);
  auto ada = connect("ada", 2), slow = connect("slow", 1);
  subscribe(ada, topic, qos::at_least_once);
  subscribe(ada, other, qos::at_least_once);
  subscribe(slow, topic, qos::at_least_once);
  auto bob = connect_clean("bob", 0), eve = connect_clean("eve", 2);
  bob.publish(topic, "1", qos::at_least_once, 1);
  work_without_loop_1();
  eve.publish(other, "2", qos::at_least_once, 1);
  work_without_loop_1();
  store().commits_end(persistence::outcome::failed);
  work();
  CAF_CHECK(bob.take<mqtt::acknowledgement>().reason == mqtt::reason::unspecified_error);
  store().commits_end(persistence::outcome::done);
  broker->advance(std::chrono::milliseconds{100});
  CAF_CHECK_EQUAL(read_all(ada), strings{"2"});
  CAF_CHECK_EQUAL(read_all(slow), strings{});
  check_nothing_waits();
}

CAF_TEST_FIXTURE_SCOPE_END()
