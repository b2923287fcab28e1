#include "bench/measure/broker_probe.hpp"

#include <fstream>
#include <sstream>
#include <string>

#include <unistd.h>

namespace troupe::bench {

namespace {

/// Adds one process; false where it is not there.
bool add(int pid, broker_sample& to) {
  const auto folder = "/proc/" + std::to_string(pid);
  std::string line;
  std::ifstream stat{folder + "/stat"};
  if (!std::getline(stat, line)) return false;
  // The name in parentheses may hold anything; utime and stime are the 12th and 13th field behind it.
  std::istringstream fields{line.substr(line.rfind(')') + 1)};
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  std::uint64_t user = 0, system = 0, pages = 0, resident = 0;
  fields >> user >> system;
  to.cpu_ns += (user + system) * (1'000'000'000 / static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK)));
  std::ifstream{folder + "/statm"} >> pages >> resident;
  to.resident_bytes += resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return true;
}

}  // namespace

broker_sample probe(const std::vector<int>& pids) {
  broker_sample result;
  for (const auto pid : pids) result.complete = add(pid, result) && result.complete;
  return result;
}

void memory_slope::add(double connections, double resident_bytes) noexcept {
  n_ += 1;
  x_ += connections;
  y_ += resident_bytes;
  xx_ += connections * connections;
  xy_ += connections * resident_bytes;
}

double memory_slope::bytes_per_connection() const noexcept {
  const auto spread = n_ * xx_ - x_ * x_;
  return n_ < 2 || spread <= 0 ? 0 : (n_ * xy_ - x_ * y_) / spread;
}

}  // namespace troupe::bench
