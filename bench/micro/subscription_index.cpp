#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "routing/match_result.hpp"
#include "routing/subscription_index.hpp"

namespace {

using namespace troupe;

constexpr std::uint32_t filters = 1'000'000;

session_ref session_number(std::uint32_t number) {
  session_ref result;
  result.slot = number;
  result.generation = 1;
  return result;
}

/// A tree of 100 sites with 100 rooms of 100 devices each.
std::string path(std::uint32_t number) {
  return "site/" + std::to_string(number / 10'000) + "/room/" + std::to_string(number / 100 % 100) + "/device/" +
         std::to_string(number % 100);
}

std::unique_ptr<subscription_index> index_of(const std::string& tail) {
  auto result = std::make_unique<subscription_index>(config::share_strategy::round_robin, 1);
  for (std::uint32_t i = 0; i < filters; ++i)
    result->insert({shared_text{path(i) + tail}, {.maximum_qos = qos::at_least_once}}, session_number(i));
  return result;
}

void match(benchmark::State& state, subscription_index& index, const std::string& tail) {
  // More topics than any cache has room for, in an order that no prefetcher knows, as traffic has it.
  std::vector<std::string> topics;
  for (std::uint32_t i = 0; i < 1u << 16; ++i) topics.push_back(path(i * 618'033u % filters) + tail);
  match_result result;
  std::size_t next = 0, matched = 0;
  for (auto _ : state) {
    result.clear();
    index.match(topics[next++ % topics.size()], {}, result);
    matched += result.targets().size();
  }
  if (matched != static_cast<std::size_t>(state.iterations())) state.SkipWithError("each topic has one subscriber");
}

void match_exact(benchmark::State& state) {
  static const auto index = index_of("/temperature");
  match(state, *index, "/temperature");
}
BENCHMARK(match_exact)->Name("match_exact/1000000");

/// `site/1/room/2/device/3/+`: a million filters with a wildcard, one of which matches.
void match_wildcard(benchmark::State& state) {
  static const auto index = index_of("/+");
  match(state, *index, "/temperature");
}
BENCHMARK(match_wildcard)->Name("match_wildcard/1000000");

void match_nothing(benchmark::State& state) {
  static const auto index = index_of("/temperature");
  match_result result;
  for (auto _ : state) {
    result.clear();
    index->match("site/7/room/7/device/7/humidity", {}, result);
    benchmark::DoNotOptimize(result);
  }
}
BENCHMARK(match_nothing)->Name("match_nothing/1000000");

void insert_and_erase(benchmark::State& state) {
  static const auto index = index_of("/temperature");
  const subscription what{shared_text{"site/7/room/7/device/7/humidity"}, {.maximum_qos = qos::at_least_once}};
  for (auto _ : state) {
    index->insert(what, session_number(1));
    index->erase(what.filter, session_number(1));
  }
}
BENCHMARK(insert_and_erase)->Name("insert_and_erase/1000000");

}  // namespace
