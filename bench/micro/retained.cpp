#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "routing/retained_index.hpp"

namespace {

using namespace troupe;

constexpr std::uint32_t messages = 100'000;

std::string path(std::uint32_t number) {
  return "site/" + std::to_string(number / 1'000) + "/device/" + std::to_string(number % 1'000) + "/temperature";
}

publication_ptr message(std::uint32_t number) {
  const std::vector<std::byte> payload(64);
  return publication::make({.topic = path(number), .payload = payload, .qos = qos::at_least_once, .retain = true});
}

retained_index& filled() {
  static const auto index = [] {
    config::node_limits limits;
    limits.retained_messages_max = 2 * messages;
    auto result = std::make_unique<retained_index>(std::make_shared<retained_budget>(limits));
    for (std::uint32_t i = 0; i < messages; ++i) result->store(message(i));
    return result;
  }();
  return *index;
}

void retained_find(benchmark::State& state) {
  auto& index = filled();
  std::vector<std::string> topics;
  for (std::uint32_t i = 0; i < 4096; ++i) topics.push_back(path(i * 61'803u % messages));
  std::size_t next = 0;
  for (auto _ : state) benchmark::DoNotOptimize(index.find(topics[next++ % topics.size()], time_point{}));
}
BENCHMARK(retained_find)->Name("retained_find/100000");

void retained_replace(benchmark::State& state) {
  auto& index = filled();
  auto what = message(messages / 2);
  for (auto _ : state) benchmark::DoNotOptimize(index.store(what));
}
BENCHMARK(retained_replace)->Name("retained_replace/100000");

void visit(benchmark::State& state, std::string_view filter, std::size_t expected) {
  auto& index = filled();
  std::size_t seen = 0;
  for (auto _ : state) {
    auto at = index.open();
    seen = 0;
    while (!index.visit(filter, at, 1024, time_point{}, [&](const publication_ptr&) { ++seen; })) {
    }
  }
  if (seen != expected) state.SkipWithError("another number of messages than there are");
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(expected));
}
void retained_walk_exact(benchmark::State& state) { visit(state, "site/42/device/7/temperature", 1); }
BENCHMARK(retained_walk_exact)->Name("retained_walk_exact/100000");
void retained_walk_below(benchmark::State& state) { visit(state, "site/42/#", 1'000); }
BENCHMARK(retained_walk_below)->Name("retained_walk_below/100000");
/// Skips from site to site.
void retained_walk_across(benchmark::State& state) { visit(state, "site/+/device/7/temperature", 100); }
BENCHMARK(retained_walk_across)->Name("retained_walk_across/100000");

}  // namespace
