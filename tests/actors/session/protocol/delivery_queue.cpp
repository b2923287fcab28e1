#define CAF_SUITE session_protocol_delivery_queue

#include "actors/session/protocol/delivery_queue.hpp"

#include <deque>
#include <random>

#include <caf/test/unit_test.hpp>

#include "tests/actors/session/protocol/bench.hpp"

using namespace troupe;
using namespace troupe::session;
using namespace troupe::session::test;

// Compared with a plain deque, over random pushes, pops and drops of QoS 0.
CAF_TEST(it_behaves_like_a_deque_with_gaps_nobody_sees) {
  std::mt19937 random{11};
  delivery_queue tested;
  std::deque<publication_ptr> model;
  auto is_qos0 = [](const publication_ptr& each) { return each->qos() == qos::at_most_once; };
  for (int i = 0; i < 20'000; ++i) {
    auto growing = i / 2000 % 2 == 0;
    auto action = random() % 6;
    if (action < (growing ? 4u : 1u)) {
      auto body = message("t", std::to_string(i), random() % 2 == 0 ? qos::at_most_once : qos::at_least_once);
      if (!tested.room()) tested.adopt(tested.larger());
      tested.push(make_delivery(body, to_subscriber(qos::exactly_once)));
      model.push_back(body);
    } else if (action % 2 == 0 && !model.empty()) {
      if (tested.pop().body != model.front()) CAF_FAIL("popped another one at step " << i);
      model.pop_front();
    } else if (tested.qos0() > 0) {
      tested.drop_qos0();
      model.erase(std::ranges::find_if(model, is_qos0));
    }
    std::uint64_t bytes = 0;
    for (const auto& each : model) bytes += each->memory();
    if (tested.size() != model.size() || tested.bytes() != bytes ||
        tested.qos0() != static_cast<std::uint32_t>(std::ranges::count_if(model, is_qos0)))
      CAF_FAIL("counts differ at step " << i);
  }
}

CAF_TEST(drops_from_the_middle_do_not_make_it_grow_without_end) {
  delivery_queue tested;
  auto fixed = message("t", "fixed", qos::at_least_once);
  auto passing = message("t", "passing", qos::at_most_once);
  for (int i = 0; i < 100'000; ++i) {
    if (tested.qos0() == 10) tested.drop_qos0();
    if (!tested.room()) tested.adopt(tested.larger());
    tested.push(make_delivery(i < 10 ? fixed : passing, to_subscriber(qos::at_least_once)));
    if (tested.end() > 100) CAF_FAIL("it has " << tested.end() << " positions for " << tested.size());
  }
}
