#define CAF_SUITE routing_target_list

#include <caf/test/unit_test.hpp>

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "routing/target_list.hpp"
#include "tests/routing/failing_memory.hpp"
#include "tests/routing/generator.hpp"

using namespace troupe;

namespace {

target of(session_ref who, std::uint32_t identifier = 0) { return {.session = who, .identifier = identifier}; }

std::vector<target> all(const target_list& of) {
  std::vector<target> result;
  of.for_each_run([&](std::span<const target> run) { result.insert(result.end(), run.begin(), run.end()); });
  return result;
}

bool agrees(const target_list& list, const std::map<session_ref, std::uint32_t>& model) {
  auto seen = all(list);
  if (seen.size() != model.size() || list.size() != model.size() || list.empty() != model.empty()) return false;
  auto expected = model.begin();
  for (const auto& each : seen) {
    if (each.session != expected->first || each.identifier != expected->second) return false;
    ++expected;
  }
  return true;
}

}  // namespace

CAF_TEST(a_session_is_in_the_list_once) {
  target_list list;
  CAF_CHECK(list.insert(of({1, 1, 0}, 5)));
  CAF_CHECK(!list.insert(of({1, 1, 0}, 6)));
  auto seen = all(list);
  CAF_CHECK_EQUAL(seen.at(0).identifier, 6u);
  CAF_CHECK(!list.erase({2, 1, 0}));
  CAF_CHECK(list.erase({1, 1, 0}));
  CAF_CHECK(!list.erase({1, 1, 0}));
  CAF_CHECK(list.empty());
}

CAF_TEST(it_agrees_with_a_map_while_it_grows_and_shrinks_through_all_its_shapes) {
  for (std::uint32_t sessions : {2u, 30u, 600u, 4'000u}) {
    tests::generator random{sessions};
    target_list list;
    std::map<session_ref, std::uint32_t> model;
    for (std::uint32_t round = 0; round < 40 * sessions; ++round) {
      auto who = random.session(sessions);
      auto growing = round / (10 * sessions) % 2 == 0;
      if (random.chance(growing ? 80 : 10)) {
        if (list.insert(of(who, round)) == model.contains(who)) CAF_FAIL("insert");
        model[who] = round;
      } else if (list.erase(who) != (model.erase(who) == 1)) {
        CAF_FAIL("erase");
      }
      if (round % sessions == 0) CAF_REQUIRE(agrees(list, model));
    }
    while (!model.empty()) {
      CAF_REQUIRE(list.erase(model.begin()->first));
      model.erase(model.begin());
    }
    CAF_CHECK(list.empty());
  }
}

CAF_TEST(without_memory_an_insert_leaves_the_list_as_it_was) {
  target_list list;
  std::map<session_ref, std::uint32_t> model;
  std::size_t failures = 0;
  for (std::uint32_t i = 0; i < 1'500; ++i) {
    auto who = session_ref{i * 7919 % 1'500, 1, 0};
    failures +=
      tests::with_every_allocation_failing([&] { list.insert(of(who, i)); }, [&] { CAF_REQUIRE(agrees(list, model)); });
    model.emplace(who, i);
    if (i % 50 == 0) CAF_REQUIRE(agrees(list, model));
  }
  CAF_CHECK(agrees(list, model));
  CAF_CHECK(failures > 15);
}
