#include "bench/inproc/inproc.hpp"

#include <ctime>
#include <stdexcept>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>

#include "actors/health.hpp"
#include "bench/inproc/bare_node.hpp"
#include "bench/inproc/crowd.hpp"
#include "config/log.hpp"

namespace troupe::bench::inproc {

namespace {

using clock = node_clock;

double process_cpu_seconds() noexcept {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double system_cpu_seconds() noexcept {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_stime.tv_sec) + static_cast<double>(used.ru_stime.tv_usec) * 1e-6;
}

double seconds_since(time_point start) noexcept { return std::chrono::duration<double>(clock::now() - start).count(); }

/// Bytes of all arenas that are in use, and of what was mapped apart.
std::uint64_t heap_in_use() noexcept {
  auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

config::options node_options(const options& from) {
  config::options result;
  result.node.loops = from.loops;
  return result;
}

std::shared_ptr<const transport::listener> make_listener(const config::options& from) {
  config::listener_options options;
  options.name = "memory";
  options.bind = "127.0.0.1:0";
  options.limits = from.limits;
  return std::make_shared<transport::listener>(std::move(options));
}

options completed(options from) {
  if (from.loops == 0) from.loops = std::max(1u, std::thread::hardware_concurrency());
  if (from.sessions < from.loops || from.rate == 0) throw std::runtime_error{"too few sessions, or no rate"};
  if (from.warm_up.count() == 0)
    from.warm_up = std::chrono::seconds{std::max<std::uint64_t>(2, from.sessions / from.rate + 1)};
  return from;
}

/// One run, step by step.
class run_of {
public:
  run_of(const options& what, const std::function<void(std::string_view)>& say)
    : options_{completed(what)},
      say_{say},
      node_options_{node_options(options_)},
      plan_{options_.sessions, options_.loops, options_.rate},
      node_{node_options_} {
    result_.options = options_;
    result_.loops = options_.loops;
  }
  // The loops call the crowds: they end first.
  ~run_of() { node_.stop(); }
  run_of(const run_of&) = delete;
  run_of& operator=(const run_of&) = delete;

  result operator()() {
    gather_crowds();
    connect();
    idle();
    load();
    count();
    node_.stop();
    for (const auto& each : crowds_) result_.latency.merge(each->latency());
    return std::move(result_);
  }

private:
  std::uint64_t sum(actors::counter crowd_figures::*which) const noexcept {
    std::uint64_t total = 0;
    for (const auto& each : crowds_) total += (each->figures().*which).value();
    return total;
  }
  template <class Order>
  void order(Order give) {
    for (std::uint32_t i = 0; i < crowds_.size(); ++i)
      node_.station(i).loop().run_soon([give, to = crowds_[i].get()] { give(*to); });
  }

  // Loops run before the crowds are made, so that what they cost empty is known; a crowd takes its place on the loop.
  void gather_crowds() {
    result_.resident_empty = actors::resident_bytes();
    auto listener = make_listener(node_options_);
    for (std::uint32_t i = 0; i < options_.loops; ++i)
      crowds_.push_back(std::make_unique<crowd>(options_, plan_, node_.station(i), listener));
    result_.resident_clients = actors::resident_bytes();
    node_.start();
  }

  void connect() {
    auto start = clock::now();
    auto cpu = process_cpu_seconds();
    order([](crowd& who) { who.connect_all(); });
    std::uint64_t before = 0;
    for (auto last_progress = start; sum(&crowd_figures::subscribed) < options_.sessions;) {
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
      auto now = sum(&crowd_figures::subscribed);
      if (now != before) last_progress = clock::now();
      before = now;
      if (seconds_since(last_progress) > 10)
        throw std::runtime_error{fmt::format("only {} of {} sessions could be connected", now, options_.sessions)};
    }
    result_.connect_seconds = seconds_since(start);
    result_.connect_cpu_seconds = process_cpu_seconds() - cpu;
    result_.connected = sum(&crowd_figures::connected);
    result_.subscribed = sum(&crowd_figures::subscribed);
    result_.resident_connected = actors::resident_bytes();
    result_.heap_connected = heap_in_use();
    say_(fmt::format("{} sessions connected and subscribed in {:.1f} s", result_.subscribed, result_.connect_seconds));
  }

  // What waking up costs by itself.
  void idle() {
    order([](crowd& who) { who.tick_idly(true); });
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    auto ticks = sum(&crowd_figures::ticks);
    auto cpu = process_cpu_seconds();
    std::this_thread::sleep_for(std::chrono::seconds{1});
    cpu = process_cpu_seconds() - cpu;
    ticks = sum(&crowd_figures::ticks) - ticks;
    order([](crowd& who) { who.tick_idly(false); });
    result_.tick_cpu_microseconds = cpu * 1e6 / static_cast<double>(std::max<std::uint64_t>(1, ticks));
  }

  void load() {
    auto start = clock::now() + std::chrono::milliseconds{100};
    auto measured_from = start + options_.warm_up;
    auto end = measured_from + options_.duration;
    say_(fmt::format("{} s to warm up, then {} s measured", options_.warm_up.count(), options_.duration.count()));
    order([=](crowd& who) { who.publish(start, measured_from, end); });
    std::this_thread::sleep_until(measured_from);
    auto from = clock::now();
    auto cpu = process_cpu_seconds(), system = system_cpu_seconds();
    auto own = sum(&crowd_figures::own_nanoseconds), ticks = sum(&crowd_figures::ticks),
         received = sum(&crowd_figures::received);
    std::this_thread::sleep_until(end);
    result_.seconds = seconds_since(from);
    result_.cpu_seconds = process_cpu_seconds() - cpu;
    result_.system_cpu_seconds = system_cpu_seconds() - system;
    result_.own_cpu_seconds = static_cast<double>(sum(&crowd_figures::own_nanoseconds) - own) * 1e-9;
    result_.ticks = sum(&crowd_figures::ticks) - ticks;
    result_.messages = sum(&crowd_figures::received) - received;
    wait_for_the_rest();
  }

  bool all_done() const noexcept {
    auto published = sum(&crowd_figures::published);
    return std::ranges::all_of(crowds_, [](const auto& each) { return each->all_published(); }) &&
           sum(&crowd_figures::acknowledged) == published && sum(&crowd_figures::received) == published;
  }

  void wait_for_the_rest() {
    auto start = clock::now();
    while (!all_done() && clock::now() - start < options_.patience)
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    std::this_thread::sleep_for(std::chrono::milliseconds{200});  // what should not come would come now
  }

  void count() {
    result_.resident_loaded = actors::resident_bytes();
    result_.heap_loaded = heap_in_use();
    result_.published = sum(&crowd_figures::published);
    result_.acknowledged = sum(&crowd_figures::acknowledged);
    result_.received = sum(&crowd_figures::received);
    result_.duplicate = sum(&crowd_figures::duplicate);
    result_.reordered = sum(&crowd_figures::reordered);
    result_.lost = result_.published - std::min(result_.published, result_.received + result_.reordered);
    result_.foreign = sum(&crowd_figures::foreign);
    result_.refused = sum(&crowd_figures::refused);
    result_.closed = sum(&crowd_figures::closed);
  }

  const options options_;
  const std::function<void(std::string_view)>& say_;
  config::options node_options_;
  const plan plan_;
  bare_node node_;
  std::vector<std::unique_ptr<crowd>> crowds_;
  result result_;
};

}  // namespace

bool result::clean() const noexcept {
  return subscribed == options.sessions && received == published && acknowledged == published &&
         lost + duplicate + reordered + foreign + refused + closed == 0;
}

double result::per_session(std::uint64_t from, std::uint64_t to) const noexcept {
  return (static_cast<double>(to) - static_cast<double>(from)) / static_cast<double>(options.sessions);
}

double result::per_message(double cpu) const noexcept {
  return messages == 0 ? 0 : cpu * 1e6 / static_cast<double>(messages);
}

result run(const options& what, const std::function<void(std::string_view)>& say) {
  config::log_options quiet;
  quiet.level = config::log_level::warning;
  log::start(quiet);
  return run_of{what, say}();
}

}  // namespace troupe::bench::inproc
