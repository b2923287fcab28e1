#define CAF_SUITE bench_inproc

#include "bench/inproc/inproc.hpp"

#include <sstream>

#include <caf/test/unit_test.hpp>

using namespace troupe::bench::inproc;

// For correctness alone: nothing here depends on how fast it is.
CAF_TEST(sessions_in_one_process_get_every_message_once_and_in_order) {
  options what;
  what.sessions = 300;
  what.rate = 2'000;
  what.duration = std::chrono::seconds{1};
  what.loops = 2;
  auto seen = run(what, [](std::string_view) {});
  CAF_CHECK(seen.clean());
  CAF_CHECK_EQUAL(seen.subscribed, 300u);
  CAF_CHECK_EQUAL(seen.published, 6'000u);  // two seconds to warm up, one measured
  CAF_CHECK_EQUAL(seen.received, 6'000u);
  CAF_CHECK_EQUAL(seen.latency.count(), 2'000u);
  std::ostringstream json;
  print_json(seen, json);
  CAF_CHECK(json.str().find("\"lost\": 0,") != std::string::npos);
}
