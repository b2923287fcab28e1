#define CAF_SUITE bench_inproc_plan

#include "bench/inproc/plan.hpp"

#include <set>

#include <caf/test/unit_test.hpp>

using namespace troupe::bench::inproc;

CAF_TEST(every_session_receives_from_exactly_one) {
  for (auto sessions : {2u, 3u, 10u, 1000u, 4096u, 9999u}) {
    plan whole{sessions, 2, 1000};
    std::set<std::uint64_t> receivers;
    for (auto i = 0u; i < sessions; ++i) receivers.insert(whole.receiver_of(i));
    CAF_CHECK_EQUAL(receivers.size(), sessions);
    CAF_CHECK_LESS(*receivers.rbegin(), sessions);
  }
}

CAF_TEST(loops_share_the_sessions_out_in_blocks_without_gaps) {
  plan whole{1001, 3, 1000};
  CAF_CHECK_EQUAL(whole.first_of(0), 0u);
  CAF_CHECK_EQUAL(whole.first_of(1), whole.count_of(0));
  CAF_CHECK_EQUAL(whole.count_of(0) + whole.count_of(1) + whole.count_of(2), 1001u);
}

CAF_TEST(publishers_take_turns_so_that_each_comes_once_before_any_comes_twice) {
  for (auto count : {1u, 2u, 7u, 500u, 1024u}) {
    std::set<std::uint64_t> seen;
    for (std::uint64_t i = 0, at = 0; i < count; ++i, at = (at + plan::publisher_stride(count)) % count)
      seen.insert(at);
    CAF_CHECK_EQUAL(seen.size(), count);
  }
}

CAF_TEST(all_loops_together_keep_the_rate) {
  plan whole{100, 2, 1000};
  using std::chrono::milliseconds;
  CAF_CHECK(whole.due(0, 0) == milliseconds{0});
  CAF_CHECK(whole.due(1, 0) == milliseconds{1});
  CAF_CHECK(whole.due(0, 1) == milliseconds{2});
  CAF_CHECK(whole.due(0, 500) == milliseconds{1000});
}
