#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <rocksdb/db.h>

#include "persistence/table.hpp"

namespace troupe::persistence {

/// How the embedded store uses RocksDB.
struct rocksdb_options {
  std::string path = "./data";
  /// Blocks of table files kept in memory, indices and filters included. An idle store takes none of it.
  std::size_t cache_bytes = 32 * 1024 * 1024;
  /// Rows not yet in table files, for all tables together; the log is bounded by twice as much.
  std::size_t write_buffer_bytes = 8 * 1024 * 1024;
  /// When it is opened, this much of the table files is verified, newest first. The rest is when it is read, and by
  /// `troupe store check`.
  std::uint64_t verify_bytes_max = 1024ull * 1024 * 1024;
  bool create_if_missing = true;
  /// Commits were not synced one by one: after a power cut the end of one log may be missing although there is another
  /// one. Then the store goes back to before the gap. Otherwise a gap is damage, and what follows it is kept.
  bool gaps_are_power_cuts = false;
  rocksdb::Env* env = rocksdb::Env::Default();  ///< tests inject faults here; outlives the store
};

/// Of the database as a whole.
rocksdb::DBOptions database_options(const rocksdb_options& from);
/// One column family for each table, in the order of the tables: `meta` is RocksDB's `default`.
std::vector<rocksdb::ColumnFamilyDescriptor> column_families(const rocksdb_options& from);

}  // namespace troupe::persistence
