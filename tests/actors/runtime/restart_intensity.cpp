#define CAF_SUITE actors_runtime_restart_intensity

#include "actors/runtime/restart_intensity.hpp"

#include <vector>

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace std::chrono_literals;
using runtime::restart_intensity;

namespace {

struct restart_at {
  std::chrono::milliseconds when;
  bool too_many;
};

struct history {
  const char* name;
  std::uint32_t restarts_max;
  std::chrono::milliseconds window;
  std::vector<restart_at> restarts;
};

const std::vector<history> histories{
  {"none is allowed", 0, 1s, {{0ms, true}}},
  {"one is allowed in each window", 1, 1s, {{0ms, false}, {1001ms, false}, {2002ms, false}}},
  {"the second within the window is too many", 1, 1s, {{0ms, false}, {999ms, true}}},
  {"a restart counts up to the end of its window", 1, 1s, {{0ms, false}, {1000ms, true}}},
  {"at the same instant", 3, 1s, {{5ms, false}, {5ms, false}, {5ms, false}, {5ms, true}}},
  {"the window slides", 2, 10s, {{0s, false}, {6s, false}, {11s, false}, {12s, true}, {40s, false}}},
  {"those past the limit count too", 1, 10s, {{0s, false}, {9s, true}, {18s, true}, {29s, false}}},
};

}  // namespace

CAF_TEST(more_restarts_than_allowed_within_the_window_are_too_many) {
  for (const auto& each : histories) {
    CAF_MESSAGE(each.name);
    restart_intensity intensity{each.restarts_max, each.window};
    for (const auto& restart : each.restarts)
      CAF_CHECK_EQUAL(intensity.exceeded_by_one_more(time_point{1h} + restart.when), restart.too_many);
  }
}
