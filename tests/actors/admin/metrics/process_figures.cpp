#define CAF_SUITE admin_process_figures
#include "actors/admin/metrics/process_figures.hpp"

#include <chrono>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <caf/test/unit_test.hpp>

using namespace troupe::admin;

CAF_TEST(the_process_is_told_of_as_it_is) {
  const auto found = process_figures::now();
  const auto now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  CAF_CHECK(found.started_at > now - 3600);
  CAF_CHECK(found.started_at <= now + 1);
  CAF_CHECK(found.resident_bytes > 1'000'000);
  CAF_CHECK(found.virtual_bytes > found.resident_bytes);
  CAF_CHECK(found.threads >= 1);
  CAF_CHECK(found.descriptors >= 3);
  CAF_CHECK(found.descriptors_max >= found.descriptors);
}

CAF_TEST(descriptors_are_counted) {
  const auto before = process_figures::now().descriptors;
  std::vector<int> more;
  for (int i = 0; i < 10; ++i) more.push_back(::open("/dev/null", O_RDONLY));
  CAF_CHECK_EQUAL(process_figures::now().descriptors, before + 10);
  for (const auto each : more) ::close(each);
}

CAF_TEST(processor_time_grows_with_what_is_done) {
  const auto before = process_figures::now().processor_seconds;
  volatile std::uint64_t sum = 0;
  while (process_figures::now().processor_seconds < before + 0.02) sum = sum + 1;
  CAF_CHECK(process_figures::now().processor_seconds > before);
}
