#include "actors/admin/metrics/process_figures.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::admin {

namespace {

std::uint64_t open_descriptors() {
  struct stat folder {};
  if (::stat("/proc/self/fd", &folder) == 0 && folder.st_size > 0) return static_cast<std::uint64_t>(folder.st_size);
  std::error_code failed;
  std::uint64_t count = 0;
  for (std::filesystem::directory_iterator at{"/proc/self/fd", failed}, end; !failed && at != end; at.increment(failed))
    ++count;
  return count == 0 ? 0 : count - 1;  // one of them is the folder's own
}

std::uint64_t booted_at() {
  std::ifstream file{"/proc/stat"};
  std::string word;
  std::uint64_t seconds = 0;
  while (file >> word)
    if (word == "btime" && file >> seconds) return seconds;
  return 0;
}

}  // namespace

// proc(5): behind the name, which may hold anything and stands in brackets, the fields from the third on.
process_figures process_figures::now() {
  process_figures result;
  result.descriptors = open_descriptors();
  std::ifstream file{"/proc/self/stat"};
  std::string line;
  std::getline(file, line);
  std::istringstream fields{line.substr(std::min(line.size(), line.rfind(')') + 1))};
  std::string skipped;
  std::uint64_t user = 0, system = 0, threads = 0, start = 0, size = 0, resident = 0;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  fields >> user >> system;
  for (int field = 16; field < 20; ++field) fields >> skipped;
  fields >> threads >> skipped >> start >> size >> resident;
  if (fields) {
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    result.processor_seconds = static_cast<double>(user + system) / ticks;
    result.started_at = static_cast<double>(booted_at()) + static_cast<double>(start) / ticks;
    result.threads = threads;
    result.virtual_bytes = size;
    result.resident_bytes = resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  }
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) result.descriptors_max = limit.rlim_cur;
  return result;
}

}  // namespace troupe::admin
