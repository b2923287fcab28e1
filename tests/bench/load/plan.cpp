#define CAF_SUITE bench_load_plan
#include "bench/load/plan.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::bench;

namespace {

plan two_to_three() {
  plan what;
  what.what = plan::kind::pair;
  what.shape = {0, 3, 2};
  what.groups = 4;
  what.prefix = "c-";
  return what;
}

}  // namespace

CAF_TEST(every_client_has_one_place_and_every_publisher_is_found) {
  const auto what = two_to_three();
  CAF_CHECK_EQUAL(what.clients(), 20u);
  std::uint32_t publishers = 0, subscribers = 0;
  for (std::uint32_t client = 0; client < what.clients(); ++client) {
    const auto at = what.place_of(client);
    CAF_CHECK_EQUAL(at.group, client / 5);
    CAF_CHECK_EQUAL(what.subscribers_before(client), subscribers);
    if (at.role == role::subscriber) CAF_CHECK_EQUAL(at.ordinal, subscribers++);
    if (at.role != role::publisher) continue;
    CAF_CHECK_EQUAL(at.ordinal, publishers++);
    CAF_CHECK_EQUAL(what.publisher(at.ordinal), client);
  }
  CAF_CHECK_EQUAL(publishers, what.publishers());
  CAF_CHECK_EQUAL(subscribers, what.subscribers());
}

CAF_TEST(names_follow_from_the_number) {
  auto what = two_to_three();
  what.user = "u%i";
  what.topic = "a/%i/%c/%u/%x%";
  what.start_number = 10;
  std::string text;
  write_client_id(what, 7, text);
  CAF_CHECK_EQUAL(text, "c-17");
  write_user(what, 7, text);
  CAF_CHECK_EQUAL(text, "u17");
  write_topic(what, 7, text);
  CAF_CHECK_EQUAL(text, "a/11/c-17/u17/%x%");
}

CAF_TEST(slow_readers_are_spread_evenly_and_get_no_copies_that_count) {
  auto what = two_to_three();
  what.groups = 10;
  CAF_CHECK_EQUAL(what.copies_of(3), 3u);
  what.slow_share = 0.2;
  std::uint32_t slow = 0, copies = 0;
  for (std::uint32_t client = 0; client < what.clients(); ++client)
    if (what.slow(what.place_of(client))) ++slow;
  for (std::uint32_t group = 0; group < what.groups; ++group) copies += what.copies_of(group);
  CAF_CHECK_EQUAL(slow, 6u);
  CAF_CHECK_EQUAL(slow, what.slow_before(what.subscribers()));
  CAF_CHECK_EQUAL(copies, what.subscribers() - slow);
  what.slow_share = 1;
  CAF_CHECK_EQUAL(what.copies_of(0), 0u);
}
