#define CAF_SUITE bench_load_scenario
#include "bench/load/scenario.hpp"

#include <algorithm>

#include <caf/test/unit_test.hpp>

#include "tests/config/temporary_file.hpp"

using namespace troupe::bench;

namespace {

const char* const text = R"(
name = "two"
source = "nowhere"
[[stage]]
name = "first"
run = "pair"
ws = true
count = 1000
rate = 50.5
qos = 1
duration = "3s"
published = { p99_ms = 4.66, broker_us_per_message = [650, 790] }
[[stage]]
name = "second"
run = "conn"
ws = false
count = 3
)";

bool has(const stage& of, const std::string& option, const std::string& value) {
  const auto at = std::find(of.words.begin(), of.words.end(), option);
  return at != of.words.end() && at + 1 != of.words.end() && at[1] == value;
}

}  // namespace

CAF_TEST(stages_become_command_lines) {
  const troupe::test::temporary_directory folder;
  const auto all = read_scenario(folder.write("stages.toml", text), 1);
  CAF_REQUIRE_EQUAL(all.stages.size(), 2u);
  const auto& first = all.stages[0];
  CAF_CHECK_EQUAL(first.words.front(), "pair");
  CAF_CHECK(has(first, "--count", "1000"));
  CAF_CHECK(has(first, "--duration", "3s"));
  CAF_CHECK(std::count(first.words.begin(), first.words.end(), "--ws") == 1);
  CAF_CHECK(std::count(all.stages[1].words.begin(), all.stages[1].words.end(), "--ws") == 0);
  CAF_REQUIRE_EQUAL(first.published.size(), 2u);
  CAF_CHECK_EQUAL(first.published[0].most, 790.0);
  CAF_CHECK_EQUAL(first.published[1].least, 4.66);
}

CAF_TEST(a_scale_touches_counts_and_rates_and_leaves_at_least_one) {
  const troupe::test::temporary_directory folder;
  const auto all = read_scenario(folder.write("stages.toml", text), 0.01);
  CAF_CHECK(has(all.stages[0], "--count", "10"));
  CAF_CHECK(has(all.stages[0], "--rate", "0.505000"));
  CAF_CHECK(has(all.stages[0], "--qos", "1"));
  CAF_CHECK(has(all.stages[1], "--count", "1"));
}
