#define CAF_SUITE routing_slot_table

#include <caf/test/unit_test.hpp>

#include <cstdint>
#include <map>
#include <vector>

#include "routing/hash.hpp"
#include "routing/slot_table.hpp"
#include "tests/routing/generator.hpp"

using namespace troupe;

namespace {

std::uint32_t find(const slot_table& in, std::uint64_t hash, std::uint32_t number) {
  return in.find(hash, [&](std::uint32_t seen) { return seen == number; });
}

void insert(slot_table& to, std::uint64_t hash, std::uint32_t number) {
  to.reserve(hash);
  to.insert(hash, number);
}

}  // namespace

CAF_TEST(an_empty_table_finds_nothing) {
  slot_table table;
  CAF_CHECK_EQUAL(find(table, 1, 1), slot_table::none);
}

CAF_TEST(numbers_under_one_hash_are_told_apart_by_the_caller) {
  slot_table table;
  for (std::uint32_t number : {4u, 5u, 6u}) insert(table, 77, number);
  table.erase(77, 5);
  CAF_CHECK_EQUAL(find(table, 77, 4), 4u);
  CAF_CHECK_EQUAL(find(table, 77, 5), slot_table::none);
  CAF_CHECK_EQUAL(find(table, 77, 6), 6u);
  CAF_CHECK_EQUAL(table.size(), 2u);
}

// Hashes from a small range collide in part, home slot and whole; so runs of slots form, wrap and are torn apart.
CAF_TEST(it_agrees_with_a_map_through_random_inserts_and_erases) {
  tests::generator random{3};
  slot_table table;
  std::map<std::uint32_t, std::uint64_t> model;
  for (std::uint32_t round = 0; round < 60'000; ++round) {
    auto growing = round / 10'000 % 2 == 0;
    auto number = random.below(3'000);
    auto hash = std::uint64_t{number % 3} << 56 | (number % 700) * 5;
    if (!model.contains(number) && random.chance(growing ? 90 : 10)) {
      insert(table, hash, number);
      model.emplace(number, hash);
    } else if (model.contains(number) && random.chance(growing ? 10 : 90)) {
      table.erase(hash, number);
      model.erase(number);
    }
    auto expected = model.contains(number) ? number : slot_table::none;
    if (find(table, hash, number) != expected) CAF_FAIL("lost number " << number << " in round " << round);
  }
  for (auto [number, hash] : model) CAF_CHECK_EQUAL(find(table, hash, number), number);
  CAF_CHECK_EQUAL(table.size(), model.size());
}
