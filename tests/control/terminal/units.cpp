#define CAF_SUITE control_terminal_units
#include "control/terminal/units.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::control;

CAF_TEST(figures_have_the_unit_that_fits) {
  CAF_CHECK_EQUAL(bytes_text(0), "0 B");
  CAF_CHECK_EQUAL(bytes_text(1023), "1023 B");
  CAF_CHECK_EQUAL(bytes_text(1536), "1.5 KiB");
  CAF_CHECK_EQUAL(bytes_text(48308224), "46.1 MiB");
  CAF_CHECK_EQUAL(duration_text(0.25), "250 ms");
  CAF_CHECK_EQUAL(duration_text(12.5), "12.5 s");
  CAF_CHECK_EQUAL(duration_text(61), "1 min 1 s");
  CAF_CHECK_EQUAL(duration_text(3 * 3600 + 240), "3 h 4 min");
  CAF_CHECK_EQUAL(duration_text(53 * 3600), "2 d 5 h");
  CAF_CHECK_EQUAL(rate_text(0), "0");
  CAF_CHECK_EQUAL(rate_text(0.25), "0.25");
  CAF_CHECK_EQUAL(rate_text(12500.4), "12500");
  CAF_CHECK_EQUAL(share_text(0.125), "12.5 %");
}

CAF_TEST(times_are_written_as_in_the_log) {
  CAF_CHECK_EQUAL(time_text(0), "1970-01-01T00:00:00.000Z");
  CAF_CHECK_EQUAL(time_text(1795473615600), "2026-11-23T22:40:15.600Z");
  CAF_CHECK_EQUAL(time_text(-1), "1969-12-31T23:59:59.999Z");
}
