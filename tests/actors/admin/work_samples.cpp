#define CAF_SUITE admin_work_samples
#include "actors/admin/work_samples.hpp"

#include <cmath>

#include <caf/test/unit_test.hpp>

using namespace troupe::admin;
using namespace std::chrono_literals;
using troupe::transport::at_work;
using troupe::transport::work_mark;

namespace {

constexpr work_mark::whom ann = work_mark::of_session | 7, her_link = work_mark::of_link | 3, shard = 12;

struct fixture {
  work_samples tested{2};
  work_samples::clock::time_point now{};
  std::chrono::nanoseconds used{};

  /// So many looks, five milliseconds apart, of which the threads had a processor for `ran`.
  void look(std::size_t times, work_mark::whom first, work_mark::whom second, std::chrono::nanoseconds ran = 10ms) {
    while (times-- > 0) {
      const std::array marks{first, second};
      tested.look(now += 5ms, used += ran, marks);
    }
  }
};

bool close_to(double found, double wanted) { return std::abs(found - wanted) < 0.01; }

}  // namespace

CAF_TEST_FIXTURE_SCOPE(work_samples_tests, fixture)

CAF_TEST(few_looks_say_nothing) {
  look(work_samples::looks_min - 1, ann, ann);
  CAF_CHECK(!tested.shares());
  look(1, ann, ann);
  CAF_CHECK(tested.shares() != nullptr);
}

CAF_TEST(a_share_is_the_part_of_the_looks_that_found_one_at_work) {
  look(50, ann, work_mark::nobody);
  look(25, shard, shard);
  look(25, work_mark::itself, her_link);
  const auto found = tested.shares();
  const auto& first = found->at(0);
  const auto& second = found->at(1);
  CAF_CHECK(close_to(first.of_mark(ann), 0.5));
  CAF_CHECK(close_to(first.of_mark(shard), 0.25));
  CAF_CHECK(close_to(first.of_mark(work_mark::itself), 0.25));
  CAF_CHECK(close_to(first.all, 1));
  CAF_CHECK(close_to(first.sessions, 0.5));
  CAF_CHECK(close_to(second.of_mark(her_link), 0.25));
  CAF_CHECK(close_to(second.sessions, 0.25));
  CAF_CHECK(close_to(second.all, 0.5));
  CAF_CHECK_EQUAL(second.of_mark(ann), 0.0);
}

CAF_TEST(waiting_for_a_processor_is_not_using_one) {
  look(200, ann, shard, 5ms);  // two threads that share one processor
  const auto found = tested.shares();
  CAF_CHECK(close_to(found->at(0).of_mark(ann), 0.5));
  CAF_CHECK(close_to(found->at(1).of_mark(shard), 0.5));
}

CAF_TEST(what_was_seen_long_ago_does_not_count) {
  look(work_samples::looks_max, ann, ann);
  look(work_samples::looks_max, shard, work_mark::nobody);
  CAF_CHECK_EQUAL(tested.looks(), work_samples::looks_max);
  const auto found = tested.shares();
  CAF_CHECK_EQUAL(found->at(0).of_mark(ann), 0.0);
  CAF_CHECK(close_to(found->at(0).of_mark(shard), 1));
  CAF_CHECK_EQUAL(found->at(1).all, 0.0);
  tested.forget();
  CAF_CHECK(!tested.shares());
}

CAF_TEST(who_worked_before_works_again) {
  work_mark mark;
  {
    const at_work outer{mark, shard};
    {
      const at_work inner{mark, ann};
      CAF_CHECK_EQUAL(mark.now(), ann);
    }
    CAF_CHECK_EQUAL(mark.now(), shard);
  }
  CAF_CHECK_EQUAL(mark.now(), work_mark::nobody);
}

CAF_TEST_FIXTURE_SCOPE_END()
