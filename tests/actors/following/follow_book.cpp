#define CAF_SUITE actors_following_follow_book
#include "actors/following/follow_book.hpp"

#include <caf/test/unit_test.hpp>

#include <string>

using namespace troupe;
using actors::fate;
using actors::follow_book;
using step = enum session::followed_step::outcome;

namespace {

struct fixture {
  publication_ptr what = publication::make({.topic = "t", .followed = true});
  follow_book book;
  int settled = 0;
  std::uint64_t number = book.begin(what, node_clock::now(), false, [this] { ++settled; });

  void first(std::string_view client, step news, std::uint16_t id = 0) {
    book.told(client, {what, news, id, {}, "why", true});
  }
  void later(std::string_view client, step news, std::uint16_t id, bool with_body) {
    book.told(client, {with_body ? what : nullptr, news, id, {}, "later", false});
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(follow_book_tests, fixture)

CAF_TEST(it_is_settled_when_all_receivers_have_answered) {
  book.matched(*what, 3);
  first("none", step::sent);
  first("once", step::in_flight, 1);
  first("twice", step::in_flight, 1);
  later("twice", step::received, 1, true);
  later("once", step::acknowledged, 1, true);
  CAF_CHECK_EQUAL(settled, 0);
  later("twice", step::acknowledged, 1, false);  // PUBCOMP: the publication is gone by then
  CAF_CHECK_EQUAL(settled, 1);
  const auto report = book.end(number);
  CAF_CHECK(report.settled);
  CAF_CHECK_EQUAL(report.fates[static_cast<std::size_t>(fate::acknowledged)], 2u);
}

CAF_TEST(what_was_stored_is_told_once) {
  book.matched(*what, 1);
  book.told(*what, "asleep", fate::storing, "");
  CAF_CHECK_EQUAL(settled, 0);
  book.told(*what, "asleep", fate::stored, "");
  CAF_CHECK_EQUAL(settled, 1);
  CAF_CHECK_EQUAL(book.end(number).targets.size(), 1u);
}

CAF_TEST(a_delivery_that_waited_is_the_same_one_when_it_is_sent) {
  book.matched(*what, 1);
  first("waits", step::queued);
  later("waits", step::in_flight, 4, true);
  later("waits", step::acknowledged, 4, true);
  const auto report = book.end(number);
  CAF_REQUIRE_EQUAL(report.targets.size(), 1u);
  CAF_CHECK(report.targets.front().fate == fate::acknowledged);
  CAF_CHECK_EQUAL(report.targets.front().packet_id, 4u);
}

CAF_TEST(all_are_counted_and_the_first_ones_listed) {
  const auto many = follow_book::targets_max + 10;
  book.matched(*what, many);
  for (std::size_t i = 0; i < many; ++i) first(std::to_string(i), step::sent);
  CAF_CHECK_EQUAL(settled, 1);
  const auto report = book.end(number);
  CAF_CHECK_EQUAL(report.targets.size(), follow_book::targets_max);
  CAF_CHECK_EQUAL(report.fates[static_cast<std::size_t>(fate::sent)], many);
}

CAF_TEST(others_are_nobody_s_business_and_there_is_a_limit) {
  const auto other = publication::make({.topic = "t", .followed = true});
  book.matched(*other, 1);
  book.told("c", {other, step::sent, 0, {}, "", true});
  for (std::size_t i = 1; i < follow_book::follows_max; ++i)
    CAF_CHECK(book.begin(other, node_clock::now(), false, [] {}) != 0);
  CAF_CHECK_EQUAL(book.begin(other, node_clock::now(), false, [] {}), 0u);
  CAF_CHECK(book.end(number).targets.empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
