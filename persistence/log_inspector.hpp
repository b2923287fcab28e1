#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "persistence/damaged_file.hpp"
#include "persistence/log_file.hpp"
#include "persistence/rocksdb_options.hpp"

namespace troupe::persistence {

/// Reads a database's logs before RocksDB does, which would not say what it leaves out.
class log_inspector {
public:
  explicit log_inspector(const rocksdb_options& in) : in_{in} {}

  /// Logs come oldest first.
  void inspect(const std::string& name);

  std::vector<damaged_file> damaged;
  std::vector<std::string> notes;  ///< of what is as it should be after a power cut
  /// Number of the first log behind one that is intact and that it does not follow. Logs that were deleted when the
  /// power went may leave older ones behind, and these have to be left alone. 0: there is no such gap.
  std::uint64_t behind_gap = 0;

private:
  std::uint64_t missing_before(std::string_view commit);
  void gap(const std::string& name, std::uint64_t missing);

  const rocksdb_options& in_;
  std::uint64_t next_ = 0;       ///< sequence number; 0: not known yet
  bool last_was_intact_ = true;  ///< the log before, up to its end
};

}  // namespace troupe::persistence
