#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "routing/session_ref.hpp"

/// Random topics and filters over a small alphabet, so that they often meet. What a seed gives is the same everywhere:
/// distributions of the standard library are not used.
namespace troupe::tests {

class generator {
public:
  explicit generator(std::uint32_t seed) : engine_{seed} {}

  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(engine_() % bound); }
  bool chance(std::uint32_t percent) { return below(100) < percent; }

  std::string topic(std::uint32_t levels_max) { return text(levels_max, false); }
  std::string filter(std::uint32_t levels_max) { return text(levels_max, true); }
  session_ref session(std::uint32_t count) {
    return {.slot = below(count), .generation = 1, .loop = static_cast<std::uint8_t>(below(3))};
  }

private:
  std::string level() {
    constexpr const char* names[] = {"a", "b", "", "$a", "ab", "a-"};
    auto number = below(12);
    return names[number < 6 ? number : number % 2];
  }

  std::string text(std::uint32_t levels_max, bool wildcards) {
    for (;;) {
      std::string result;
      for (auto left = 1 + below(levels_max); left != 0; --left) {
        if (wildcards && left == 1 && chance(25)) {
          result += '#';
          break;
        }
        result += wildcards && chance(25) ? "+" : level();
        if (left != 1) result += '/';
      }
      if (!result.empty()) return result;
    }
  }

  std::mt19937 engine_;
};

/// Every topic name of up to so many levels from a few names; the last level may also be one that no filter names.
inline std::vector<std::string> all_topics(std::size_t levels_max) {
  std::vector<std::string> result;
  std::vector<std::string> longest{""};
  for (std::size_t level = 0; level < levels_max; ++level) {
    std::vector<std::string> longer;
    for (const auto& each : longest)
      for (auto name : {"a", "b", "", "$a", "ab", "a-", "other"}) {
        longer.push_back(level == 0 ? name : each + '/' + name);
        if (!longer.back().empty()) result.push_back(longer.back());
      }
    longest = std::move(longer);
  }
  return result;
}

}  // namespace troupe::tests
