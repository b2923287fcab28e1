#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::persistence {

/// What was found in a file of RocksDB's log format: its write-ahead logs and its manifests.
struct log_findings {
  struct stretch {
    std::size_t offset;
    std::size_t bytes;
  };
  std::size_t records = 0;       ///< whole ones
  std::vector<stretch> damaged;  ///< where there should be records and are none
  /// Bytes at the end that are the beginning of a record. A file that was being written when the power went ends so.
  std::size_t torn = 0;

  bool intact() const noexcept { return damaged.empty(); }
  std::size_t damaged_bytes() const noexcept {
    std::size_t sum = 0;
    for (const auto& each : damaged) sum += each.bytes;
    return sum;
  }
};

/// Shows each whole record to `visit`. RocksDB gives up on a log, or on 32 KiB of it, where a byte is wrong; this finds
/// the next record behind it.
log_findings read_log(std::string_view content, const std::function<void(std::string_view record)>& visit);

}  // namespace troupe::persistence
