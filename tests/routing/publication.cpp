#define CAF_SUITE routing_publication
#include "routing/publication.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace std::chrono_literals;

CAF_TEST(a_publication_knows_how_long_it_has_been_here) {
  const auto came = time_point{} + 90h;
  const auto tested = publication::make({.topic = "t", .arrived = came});
  CAF_CHECK(tested->age(came) == 0ms);
  CAF_CHECK(tested->age(came + 1500ms) == 1500ms);
  CAF_CHECK(tested->age(came - 3ms) == 0ms);  // a loop whose turn began before
  CAF_CHECK(!publication::make({.topic = "t"})->age(came));
}

CAF_TEST(its_age_is_right_where_milliseconds_begin_anew) {
  const auto came = time_point{} + std::chrono::milliseconds{0xFFFF'FFF0};
  CAF_CHECK(publication::make({.topic = "t", .arrived = came})->age(came + 100ms) == 100ms);
}
