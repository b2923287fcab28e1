#define CAF_SUITE bench_measure_ledger
#include "bench/measure/ledger.hpp"

#include <string>
#include <vector>

#include <caf/test/unit_test.hpp>

using namespace troupe::bench;

namespace {

/// What one subscriber gets of one publisher, and what that counts.
struct row {
  std::string what;
  std::vector<std::uint32_t> arrivals;
  std::uint64_t distinct, duplicate, reordered, missing;
};

const std::vector<row> table{
  {"nothing", {}, 0, 0, 0, 0},
  {"in order", {0, 1, 2, 3}, 4, 0, 0, 0},
  {"the first is lost", {1, 2}, 2, 0, 0, 1},
  {"one is lost", {0, 2, 3}, 3, 0, 0, 1},
  {"two gaps", {0, 2, 5}, 3, 0, 0, 3},
  {"one twice at once", {0, 0, 1}, 2, 1, 0, 0},
  {"one twice, late", {0, 1, 2, 0}, 3, 1, 0, 0},
  {"two change places", {1, 0, 2}, 3, 0, 1, 0},
  {"one is overtaken by three", {1, 2, 3, 0}, 4, 0, 1, 0},
  {"all backwards", {3, 2, 1, 0}, 4, 0, 3, 0},
  {"a late one comes twice", {0, 2, 1, 1}, 3, 1, 1, 0},
  {"a gap is filled from its middle", {0, 4, 2, 1, 3}, 5, 0, 3, 0},
  {"a gap is filled in part", {0, 4, 3}, 3, 0, 1, 2},
  {"lost, doubled and reordered", {0, 0, 3, 1, 5, 5, 4}, 5, 2, 2, 1},
};

}  // namespace

CAF_TEST(every_arrival_is_what_the_table_says) {
  for (const auto& each : table) {
    CAF_MESSAGE(each.what);
    ledger counted{1, 1};
    for (const auto sequence : each.arrivals) counted.arrive(0, 0, sequence);
    CAF_CHECK_EQUAL(counted.counts().distinct, each.distinct);
    CAF_CHECK_EQUAL(counted.counts().duplicate, each.duplicate);
    CAF_CHECK_EQUAL(counted.counts().reordered, each.reordered);
    CAF_CHECK_EQUAL(counted.counts().missing, each.missing);
  }
}

CAF_TEST(streams_do_not_know_of_each_other) {
  ledger counted{2, 2};
  for (std::uint32_t subscriber = 0; subscriber < 2; ++subscriber)
    for (std::uint32_t publisher = 0; publisher < 2; ++publisher) counted.arrive(subscriber, publisher, 0);
  counted.arrive(1, 0, 0);
  counted.arrive(0, 1, 2);
  CAF_CHECK_EQUAL(counted.counts().distinct, 5u);
  CAF_CHECK_EQUAL(counted.counts().duplicate, 1u);
  CAF_CHECK_EQUAL(counted.counts().missing, 1u);
}

CAF_TEST(what_a_stranger_sent_before_it_was_seen_is_not_missing) {
  ledger counted;
  counted.arrive_of_stranger(0, 1, 7, 1000);
  counted.arrive_of_stranger(0, 1, 7, 1002);
  counted.arrive_of_stranger(0, 2, 7, 5);
  CAF_CHECK_EQUAL(counted.counts().distinct, 3u);
  CAF_CHECK_EQUAL(counted.counts().missing, 1u);
}

CAF_TEST(foreign_messages_are_no_more_than_counted) {
  ledger counted{1, 1};
  counted.foreign();
  CAF_CHECK_EQUAL(counted.counts().foreign, 1u);
  CAF_CHECK_EQUAL(counted.counts().distinct, 0u);
}
