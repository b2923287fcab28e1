#include "persistence/log_inspector.hpp"

#include <cstdlib>

#include <rocksdb/env.h>

namespace troupe::persistence {

namespace {

/// The sequence numbers that a commit takes: it begins with the first (8 bytes) and how many there are (4).
struct sequences {
  std::uint64_t first = 0;
  std::uint64_t count = 0;

  explicit sequences(std::string_view commit) {
    if (commit.size() < 12) return;
    first = number(commit.substr(0, 8));
    count = number(commit.substr(8, 4));
  }
  static std::uint64_t number(std::string_view little_endian) {
    std::uint64_t value = 0;
    for (std::size_t i = little_endian.size(); i-- > 0;)
      value = value << 8 | static_cast<unsigned char>(little_endian[i]);
    return value;
  }
};

std::string described(const std::string& name, const log_findings& found) {
  return "log " + name + " is damaged in " + std::to_string(found.damaged.size()) + " places, first at byte " +
         std::to_string(found.damaged.front().offset) + ": " + std::to_string(found.damaged_bytes()) +
         " bytes of commits were dropped, " + std::to_string(found.records) + " commits kept";
}

}  // namespace

void log_inspector::inspect(const std::string& name) {
  std::string content;
  if (const auto read = rocksdb::ReadFileToString(in_.env, in_.path + "/" + name, &content); !read.ok()) {
    damaged.push_back({name, "log " + name + " cannot be read: " + read.ToString()});
    last_was_intact_ = false;
    return;
  }
  std::uint64_t missing = 0, missing_first = 0, commits = 0;
  const auto found = read_log(content, [&](std::string_view commit) {
    missing += missing_before(commit);
    if (commits++ == 0) missing_first = missing;
  });
  if (missing_first != 0 && last_was_intact_) behind_gap = std::strtoull(name.c_str(), nullptr, 10);
  last_was_intact_ = found.intact() && found.torn == 0;
  if (!found.intact())
    damaged.push_back({name, described(name, found)});
  else if (missing != 0)
    gap(name, missing);
  else if (found.torn != 0)
    notes.push_back("log " + name + " ends within a commit: its last " + std::to_string(found.torn) +
                    " bytes were dropped, " + std::to_string(found.records) + " commits kept");
}

std::uint64_t log_inspector::missing_before(std::string_view commit) {
  const sequences here{commit};
  const auto missing = next_ != 0 && here.first > next_ ? here.first - next_ : 0;
  if (here.first != 0) next_ = here.first + here.count;
  return missing;
}

void log_inspector::gap(const std::string& name, std::uint64_t missing) {
  const auto what = std::to_string(missing) + " changes are missing before or in log " + name;
  if (in_.gaps_are_power_cuts)
    notes.push_back(what + ", as after a power cut: the commits behind them were dropped");
  else
    damaged.push_back({name, what + ": the commits behind them were kept"});
}

}  // namespace troupe::persistence
