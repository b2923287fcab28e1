#include <vector>

#include <benchmark/benchmark.h>
#include <caf/all.hpp>

#include "bench/inproc/bare_node.hpp"
#include "config/log.hpp"

namespace {

using namespace troupe;

/// A node whose loop is not running: sessions are worked on directly, as their loop would.
class idle_node {
public:
  idle_node() : node_{options()} {}
  actors::workplace& place() { return node_.station(0).place(); }

private:
  static config::options options() {
    config::log_options quiet;
    quiet.level = config::log_level::off;  // each restart would be a line
    log::start(quiet);
    config::options result;
    result.node.loops = 1;
    result.supervision.restarts_max = 0xFFFF'FFFF;
    return result;
  }

  bench::inproc::bare_node node_;
};

void session_spawn_and_end(benchmark::State& state) {
  idle_node node;
  auto& at = node.place();
  for (auto _ : state) {
    at.sessions.close(at.sessions.open().self());
    at.sessions.collect();
  }
}
BENCHMARK(session_spawn_and_end);

/// What the others pay for: the same with 100,000 neighbours.
void session_spawn_among_many(benchmark::State& state) {
  idle_node node;
  auto& at = node.place();
  std::vector<session_ref> others;
  for (auto i = 0; i < 100'000; ++i) others.push_back(at.sessions.open().self());
  for (auto _ : state) {
    at.sessions.close(at.sessions.open().self());
    at.sessions.collect();
  }
  for (auto each : others) at.sessions.close(each);
  at.sessions.collect();
}
BENCHMARK(session_spawn_among_many)->Name("session_spawn_and_end/100000");

/// An input through the actor, which decides nothing and changes nothing: the floor of all others.
void session_input(benchmark::State& state) {
  idle_node node;
  auto& at = node.place();
  auto& seat = at.sessions.open();
  for (auto _ : state) seat.access_changed();
  at.sessions.close(seat.self());
  at.sessions.collect();
}
BENCHMARK(session_input);

/// An actor that throws is seated, it throws, another one is seated and handles the same input.
void session_crash_and_restart(benchmark::State& state) {
  idle_node node;
  auto& at = node.place();
  auto& seat = at.sessions.open();
  for (auto _ : state) {
    seat.make_faulty();
    seat.access_changed();
  }
  if (seat.restarts() != static_cast<std::uint32_t>(state.iterations() & 0xFFFF))
    state.SkipWithError("each input is to crash one actor");
  at.sessions.close(seat.self());
  at.sessions.collect();
}
BENCHMARK(session_crash_and_restart);

}  // namespace
