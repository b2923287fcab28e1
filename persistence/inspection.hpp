#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <rocksdb/env.h>
#include <rocksdb/metadata.h>

#include "persistence/damaged_file.hpp"
#include "persistence/rocksdb_database.hpp"

namespace troupe::persistence {

/// The files of a database in one folder, by what they are; names without the folder.
struct database_files {
  std::vector<std::string> logs;       ///< oldest first
  std::vector<std::string> tables;     ///< *.sst
  std::vector<std::string> manifests;  ///< all MANIFEST-*
  std::vector<std::string> others;     ///< CURRENT, OPTIONS-*, IDENTITY

  static database_files in(rocksdb::Env* env, const std::string& path);
  std::vector<std::string> all() const;
  bool empty() const noexcept { return logs.empty() && tables.empty() && manifests.empty() && others.empty(); }
};

/// What can be told before RocksDB opens a database, and would be too late to tell afterwards.
struct inspection {
  database_files files;
  std::optional<damaged_file> manifest;  ///< CURRENT or the manifest it names
  std::vector<damaged_file> logs;
  std::vector<std::string> notes;  ///< what is as it should be after a power cut
  std::uint64_t first_log = 0;     ///< older ones are in table files, and only wait to be deleted
  std::uint64_t behind_gap = 0;    ///< the first log behind one that is intact and whose successor is missing

  bool intact() const noexcept { return !manifest && logs.empty(); }
  std::vector<std::string> logs_in_use() const;

  static inspection of(const rocksdb_options& database);
  /// Once more, from this log on: what is said of older ones is forgotten.
  void inspect_logs(const rocksdb_options& in, std::uint64_t first);
};

/// Reads table files and compares checksums, newest first, at most `bytes_max`. Of a database that is open.
std::vector<damaged_file> damaged_tables(rocksdb_database& in, std::uint64_t bytes_max);
/// The same for files that no manifest speaks of.
std::vector<damaged_file> damaged_tables(const rocksdb_options& in, const std::vector<std::string>& names);

}  // namespace troupe::persistence
