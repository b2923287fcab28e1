#define CAF_SUITE bench_load_compression
#include "bench/load/compression.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::bench;

namespace {

using bytes = std::vector<std::byte>;

bytes text(std::size_t size) {
  bytes result(size);
  for (std::size_t i = 0; i < size; ++i) result[i] = static_cast<std::byte>('a' + i * i % 13);
  return result;
}

}  // namespace

CAF_TEST(messages_come_out_as_they_went_in_and_know_nothing_of_each_other) {
  compression ours, theirs;
  for (const std::size_t size : {1u, 100u, 8u * 1024, 300'000u, 100u}) {
    bytes small, whole;
    ours.deflate(text(size), small);
    CAF_CHECK(theirs.inflate(small, whole));
    CAF_CHECK(whole == text(size));
    bytes again;
    compression{}.deflate(text(size), again);
    CAF_CHECK(small == again);
  }
}

CAF_TEST(several_messages_are_appended) {
  compression ours;
  bytes small, whole;
  ours.deflate(text(50), small);
  CAF_CHECK(ours.inflate(small, whole));
  CAF_CHECK(ours.inflate(small, whole));
  CAF_CHECK_EQUAL(whole.size(), 100u);
}

CAF_TEST(nonsense_is_refused_and_what_follows_is_not) {
  compression ours;
  bytes small, whole;
  const bytes nonsense(20, std::byte{0xFF});
  CAF_CHECK(!ours.inflate(nonsense, whole));
  whole.clear();
  ours.deflate(text(500), small);
  CAF_CHECK(ours.inflate(small, whole));
  CAF_CHECK(whole == text(500));
}
