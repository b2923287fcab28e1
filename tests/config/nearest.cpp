#define CAF_SUITE config_nearest
#include "config/nearest.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::config;

CAF_TEST(distance_counts_single_edits) {
  CAF_CHECK_EQUAL(edit_distance("", ""), 0u);
  CAF_CHECK_EQUAL(edit_distance("bind", "bind"), 0u);
  CAF_CHECK_EQUAL(edit_distance("", "bind"), 4u);
  CAF_CHECK_EQUAL(edit_distance("bnd", "bind"), 1u);
  CAF_CHECK_EQUAL(edit_distance("biind", "bind"), 1u);
  CAF_CHECK_EQUAL(edit_distance("bend", "bind"), 1u);
  CAF_CHECK_EQUAL(edit_distance("bidn", "bind"), 1u);
  CAF_CHECK_EQUAL(edit_distance("kitten", "sitting"), 3u);
}

CAF_TEST(the_candidate_with_the_fewest_edits_is_nearest) {
  const std::vector<std::string> options{"limits.packet_bytes_max", "limits.queue_bytes_max", "listeners.ws.bind",
                                         "access.allow_anonymous"};
  CAF_CHECK_EQUAL(nearest("limits.paket_bytes_max", options), "limits.packet_bytes_max");
  CAF_CHECK_EQUAL(nearest("listener.ws.bind", options), "listeners.ws.bind");
  CAF_CHECK_EQUAL(nearest("queue_bytes", options), "limits.queue_bytes_max");
  CAF_CHECK_EQUAL(nearest("anything", {}), "");
}
