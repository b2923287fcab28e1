#define CAF_SUITE admin_event_chunks
#include "actors/admin/history/event_chunks.hpp"

#include <cstring>

#include <caf/test/unit_test.hpp>

using namespace troupe::admin;

namespace {

struct fixture {
  event_chunks tested{4, 1024};

  void append(std::size_t records, std::size_t bytes = 60) {
    while (records-- > 0) {
      auto* place = tested.append(bytes);
      const auto number = tested.newest();
      std::memcpy(place, &number, sizeof number);
    }
  }
  std::uint64_t number_at(std::uint64_t number) const { return number_in(tested.pin(number), number); }
  static std::uint64_t number_in(const event_chunks::pinned& in, std::uint64_t number) {
    std::uint64_t result = 0;
    if (in.holds(number)) std::memcpy(&result, in.at(number), sizeof result);
    return result;
  }
  bool holds(std::uint64_t number) const { return tested.pin(number).holds(number); }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(event_chunks_tests, fixture)

CAF_TEST(nothing_is_allocated_before_the_first_record) {
  CAF_CHECK_EQUAL(tested.allocated_bytes(), 0u);
  CAF_CHECK_EQUAL(tested.newest(), 0u);
  CAF_CHECK_EQUAL(tested.oldest(), 1u);
  CAF_CHECK(!holds(0));
  CAF_CHECK(!holds(1));
}

CAF_TEST(a_chunk_holds_as_many_records_as_fit_with_their_offsets) {
  append(16);  // of 64 bytes with their offsets
  CAF_CHECK_EQUAL(tested.allocated_bytes(), 1024u);
  append(1);
  CAF_CHECK_EQUAL(tested.allocated_bytes(), 2048u);
  for (std::uint64_t i = 1; i <= 17; ++i) CAF_CHECK_EQUAL(number_at(i), i);
}

CAF_TEST(the_oldest_chunk_gives_way_when_all_are_full) {
  append(64);
  CAF_CHECK_EQUAL(tested.overwritten(), 0u);
  append(1);
  CAF_CHECK_EQUAL(tested.overwritten(), 16u);
  CAF_CHECK_EQUAL(tested.oldest(), 17u);
  CAF_CHECK(!holds(16));
  CAF_CHECK(holds(17));
  CAF_CHECK_EQUAL(tested.allocated_bytes(), 4096u);
}

CAF_TEST(what_is_pinned_stays_while_its_place_is_taken_by_others) {
  append(10);
  const auto pinned = tested.pin(5);
  append(500);
  CAF_CHECK(!holds(5));
  for (std::uint64_t i = 1; i <= 10; ++i) CAF_CHECK_EQUAL(number_in(pinned, i), i);
  CAF_CHECK(!pinned.holds(11));  // it came later
  CAF_CHECK_EQUAL(tested.allocated_bytes(), 4096u);
}

CAF_TEST(every_record_is_found_wherever_the_ring_stands) {
  for (std::size_t i = 0; i < 300; ++i) {
    append(1, 8 + i * 37 % 400);
    for (auto each = tested.oldest(); each <= tested.newest(); ++each) CAF_REQUIRE_EQUAL(number_at(each), each);
  }
  CAF_CHECK(tested.overwritten() > 200u);
}

CAF_TEST_FIXTURE_SCOPE_END()
