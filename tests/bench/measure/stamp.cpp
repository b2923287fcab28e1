#define CAF_SUITE bench_measure_stamp
#include "bench/measure/stamp.hpp"

#include <string_view>
#include <vector>

#include <caf/test/unit_test.hpp>

#include "routing/utf8.hpp"

using namespace troupe::bench;

namespace {

constexpr stamp mark{.run = 0xFFEE'DDCC, .publisher = 200, .sequence = 0x80'81, .due = 0xF0F0'F0F0'F0F0'F0F0};

}  // namespace

CAF_TEST(a_stamp_reads_as_it_was_written_in_bytes_and_in_text) {
  for (const auto as_text : {false, true}) {
    std::vector<std::byte> payload(stamp::bytes(as_text) + 3, std::byte{'x'});
    mark.write(payload, as_text);
    const auto found = stamp::read(payload);
    CAF_REQUIRE(found);
    CAF_CHECK_EQUAL(found->run, mark.run);
    CAF_CHECK_EQUAL(found->publisher, mark.publisher);
    CAF_CHECK_EQUAL(found->sequence, mark.sequence);
    CAF_CHECK_EQUAL(found->due, mark.due);
    const std::string_view text{reinterpret_cast<const char*>(payload.data()), payload.size()};
    CAF_CHECK_EQUAL(troupe::valid_utf8(text), as_text);
  }
}

CAF_TEST(what_is_cut_or_nobodys_is_no_stamp) {
  for (const auto as_text : {false, true}) {
    std::vector<std::byte> payload(stamp::bytes(as_text), std::byte{'x'});
    CAF_CHECK(!stamp::read(payload));
    mark.write(payload, as_text);
    payload.pop_back();
    CAF_CHECK(!stamp::read(payload));
  }
}
