#define CAF_SUITE session_protocol_inflight_window

#include "actors/session/protocol/inflight_window.hpp"

#include <random>
#include <vector>

#include <caf/test/unit_test.hpp>

#include "tests/actors/session/protocol/bench.hpp"

using namespace troupe;
using namespace troupe::session;
using namespace troupe::session::test;

namespace {

std::uint16_t add(inflight_window& to) {
  inflight_window::ids next{to};
  auto id = next.next();
  if (next.capacity() > to.capacity()) to.adopt(to.larger(next.capacity()));
  to.add(id, make_delivery(message("t", "x", qos::at_least_once), to_subscriber(qos::at_least_once)));
  return id;
}

std::vector<std::uint16_t> in_order(const inflight_window& of) {
  std::vector<std::uint16_t> result;
  for (auto id = of.first(); id != 0; id = of.after(id)) result.push_back(id);
  return result;
}

}  // namespace

// MQTT-2.2.1-4
CAF_TEST(ids_are_unique_and_the_order_is_kept) {
  std::mt19937 random{3};
  inflight_window tested;
  std::vector<std::uint16_t> model;
  for (int i = 0; i < 20'000; ++i) {
    if (model.size() < 50 && random() % 2 == 0) {
      auto id = add(tested);
      if (id == 0 || std::ranges::count(model, id) != 0) CAF_FAIL("id " << id << " is in use");
      model.push_back(id);
    } else if (!model.empty()) {
      auto gone = model.begin() + static_cast<std::ptrdiff_t>(random() % model.size());
      tested.remove(*gone);
      model.erase(gone);
    }
    if (in_order(tested) != model || tested.open() != model.size()) CAF_FAIL("order differs at step " << i);
  }
  CAF_CHECK(tested.capacity() <= 50);
}

CAF_TEST(a_freed_id_is_promised_after_the_free_ones) {
  inflight_window tested;
  tested.adopt(tested.larger(2));
  CAF_CHECK_EQUAL(add(tested), 1);
  inflight_window::ids next{tested, 1};
  CAF_CHECK_EQUAL(next.next(), 2);
  CAF_CHECK_EQUAL(next.next(), 1);
  CAF_CHECK_EQUAL(next.next(), 3);
  CAF_CHECK_EQUAL(next.capacity(), 3);
}

CAF_TEST(the_point_of_resending_moves_on_when_it_is_acknowledged) {
  inflight_window tested;
  auto first = add(tested);
  auto second = add(tested);
  tested.link_lost();
  CAF_CHECK_EQUAL(tested.open(), 0);
  tested.resend_from(first);
  tested.remove(first);
  CAF_CHECK_EQUAL(tested.resend(), second);
  tested.remove(second);
  CAF_CHECK_EQUAL(tested.resend(), 0);
}
