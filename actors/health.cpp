#include "actors/health.hpp"

#include <algorithm>
#include <fstream>
#include <limits>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

namespace troupe::actors {

namespace {

std::uint64_t machine_memory() {
  auto pages = ::sysconf(_SC_PHYS_PAGES);
  auto page = ::sysconf(_SC_PAGESIZE);
  return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page);
}

/// The memory limit of the control group, where there is one ("max" reads as none).
std::uint64_t cgroup_memory() {
  std::ifstream file{"/sys/fs/cgroup/memory.max"};
  std::uint64_t bytes = 0;
  return file >> bytes ? bytes : std::numeric_limits<std::uint64_t>::max();
}

std::uint64_t descriptor_limit() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 1024;
}

std::uint64_t connections_max_of(const config::node_limits& limits) {
  auto available = descriptor_limit();
  available -= std::min<std::uint64_t>(available, limits.descriptors_reserve);
  return limits.connections_max == 0 ? available : std::min<std::uint64_t>(available, limits.connections_max);
}

}  // namespace

void health::follow(const config::node_limits& limits) {
  memory_high_ = limits.memory_high != 0 ? limits.memory_high : std::min(machine_memory(), cgroup_memory()) / 5 * 4;
  lag_high_ = limits.loop_lag_high;
  connections_max_ = connections_max_of(limits);
}

std::string health::reason(const measure& now) const {
  const auto lag_high = lag_high_.load(std::memory_order_relaxed);
  if (now.resident_bytes > memory_high())
    return fmt::format("{} MiB of memory are in use (node_limits.memory_high is {} MiB)", now.resident_bytes >> 20,
                       memory_high() >> 20);
  if (lag_high.count() > 0 && now.longest_turn > lag_high)
    return fmt::format("a loop took {} ms for one turn (node_limits.loop_lag_high)",
                       std::chrono::duration_cast<std::chrono::milliseconds>(now.longest_turn).count());
  if (now.connections >= connections_max())
    return fmt::format("{} connections are open (node_limits.connections_max, or the limit of open files)",
                       now.connections);
  return {};
}

std::optional<std::string> health::judge(const measure& now) {
  auto why = reason(now);
  auto was = overloaded_.exchange(!why.empty(), std::memory_order_relaxed);
  if (was == !why.empty()) return std::nullopt;
  return was ? "new connections are accepted again" : "new connections are refused: " + why;
}

std::uint64_t resident_bytes() {
  std::ifstream file{"/proc/self/statm"};
  std::uint64_t size = 0, resident = 0;
  return file >> size >> resident ? resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

namespace {

// The kernel doubles a process's table of descriptors as it fills, and where there are threads each time waits for all
// processors (some 15 ms were measured in accept): one descriptor far up has it grow before there are any.
void grow_descriptor_table(std::uint64_t limit) noexcept {
  constexpr std::uint64_t worth_it = 1 << 20;  // 8 MiB of the kernel's memory
  const int highest = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, static_cast<int>(std::min(limit, worth_it) - 1));
  if (highest >= 0) ::close(highest);
}

}  // namespace

std::uint64_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  if (limit.rlim_cur < limit.rlim_max) {
    auto raised = limit;
    raised.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  grow_descriptor_table(limit.rlim_cur);
  return limit.rlim_cur;
}

}  // namespace troupe::actors
