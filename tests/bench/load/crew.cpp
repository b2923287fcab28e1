#define CAF_SUITE bench_load_crew
#include "bench/load/crew.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::bench;

namespace {

/// Every client in one share, none in two.
bool covers(const std::vector<share>& parts, std::uint32_t clients) {
  std::uint32_t next = 0;
  for (const auto& each : parts) {
    if (each.first != next) return false;
    next += each.count;
  }
  return next == clients;
}

}  // namespace

CAF_TEST(few_clients_stay_in_one_process) {
  const auto parts = cut(200, 2, 19'000, 0);
  CAF_REQUIRE_EQUAL(parts.size(), 1u);
  CAF_CHECK_EQUAL(parts[0].count, 200u);
}

CAF_TEST(no_process_gets_more_clients_than_it_has_descriptors) {
  const auto parts = cut(100'000, 2, 19'001, 0);
  CAF_CHECK(covers(parts, 100'000));
  for (const auto& each : parts) {
    CAF_CHECK_LESS_OR_EQUAL(each.count, 19'001u);
    CAF_CHECK_EQUAL(each.first % 2, 0u);
  }
}

CAF_TEST(a_group_that_no_process_could_hold_is_cut) {
  const auto parts = cut(50'001, 50'001, 19'000, 0);
  CAF_CHECK(covers(parts, 50'001));
  CAF_CHECK_EQUAL(parts.size(), 3u);
}

CAF_TEST(processes_that_are_asked_for_are_made_as_far_as_there_are_groups) {
  CAF_CHECK_EQUAL(cut(200, 2, 19'000, 4).size(), 4u);
  CAF_CHECK_EQUAL(cut(4, 2, 19'000, 4).size(), 2u);
  CAF_CHECK(covers(cut(202, 2, 19'000, 4), 202));
}
