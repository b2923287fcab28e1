#define CAF_SUITE persistence_batch
#include "persistence/batch.hpp"

#include <cstring>
#include <string>
#include <vector>

#include <caf/test/unit_test.hpp>

#include "persistence/keys.hpp"

using namespace troupe::persistence;
using namespace std::string_literals;

namespace {

std::vector<operation> steps_of(const batch& what) {
  std::vector<operation> result;
  std::size_t offset = 0;
  while (const auto step = what.next(offset)) result.push_back(*step);
  return result;
}

}  // namespace

CAF_TEST(steps_come_out_as_they_went_in) {
  batch all;
  all.put(table::meta, "key\0with zero"s, "value");
  const auto place = all.put(table::retained, "topic", std::size_t{3});
  std::memcpy(place.data(), "abc", 3);
  all.erase(table::sessions, "anna");
  all.erase_range(table::queue, "from", "to");
  all.put_message(4, 5, "body");
  all.hold(6, 7);
  all.release(8, 9);
  all.expect("ben", 10);
  const auto steps = steps_of(all);
  CAF_REQUIRE_EQUAL(steps.size(), 8u);
  using enum operation_kind;
  const operation_kind kinds[] = {put, put, erase, erase_range, put_message, hold, release, expect};
  for (std::size_t i = 0; i < steps.size(); ++i) CAF_CHECK(steps[i].kind == kinds[i]);
  CAF_CHECK_EQUAL(steps[0].key, "key\0with zero"s);
  CAF_CHECK_EQUAL(steps[0].value, "value");
  CAF_CHECK(steps[1].table == table::retained);
  CAF_CHECK_EQUAL(steps[1].value, "abc");
  CAF_CHECK(steps[2].table == table::sessions);
  CAF_CHECK_EQUAL(steps[3].key, "from");
  CAF_CHECK_EQUAL(steps[3].value, "to");
  CAF_CHECK_EQUAL(message_of(steps[4].key), 4u);
  CAF_CHECK_EQUAL(steps[4].number, 5u);
  CAF_CHECK_EQUAL(steps[4].value, "body");
  CAF_CHECK_EQUAL(message_of(steps[5].key), 6u);
  CAF_CHECK_EQUAL(steps[6].number, 9u);
  CAF_CHECK_EQUAL(steps[7].key, "ben");
  CAF_CHECK_EQUAL(steps[7].number, 10u);
}

CAF_TEST(only_what_adds_nothing_only_frees) {
  batch frees;
  frees.erase(table::meta, "a");
  frees.erase_range(table::meta, "a", "b");
  frees.release(1);
  frees.expect("anna", 1);
  CAF_CHECK(frees.only_frees());
  CAF_CHECK(frees.conditional());
  batch puts, holds, messages;
  puts.put(table::meta, "a", "");
  holds.hold(1, 1);
  messages.put_message(1, 1, "");
  for (const auto* each : {&puts, &holds, &messages}) CAF_CHECK(!each->only_frees() && !each->conditional());
  puts.clear();
  CAF_CHECK(puts.empty() && puts.only_frees() && puts.bytes() == 0 && steps_of(puts).empty());
}
