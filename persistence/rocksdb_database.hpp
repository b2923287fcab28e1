#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/db.h>

#include "persistence/rocksdb_options.hpp"
#include "persistence/table.hpp"

namespace troupe::persistence {

/// An open RocksDB database with a column family for each table.
class rocksdb_database {
public:
  explicit rocksdb_database(rocksdb_options options);
  ~rocksdb_database() { close(); }
  rocksdb_database(const rocksdb_database&) = delete;
  rocksdb_database& operator=(const rocksdb_database&) = delete;

  rocksdb::Status open();
  /// Sees the files as they are, bad ones too, and changes nothing.
  rocksdb::Status open_to_look();
  void close();

  explicit operator bool() const noexcept { return db_ != nullptr; }
  rocksdb::DB* operator->() const noexcept { return db_.get(); }
  rocksdb::ColumnFamilyHandle* at(table where) const noexcept { return handles_[index_of(where)]; }
  const std::vector<rocksdb::ColumnFamilyHandle*>& handles() const noexcept { return handles_; }
  const rocksdb_options& options() const noexcept { return options_; }

  /// The number of the oldest log whose commits are not all in table files. Of an open database.
  std::uint64_t first_log() const;

  /// For the log: which number each table's column family has here. A batch in a log names only the numbers, and where
  /// the manifest is lost nobody else would know what they mean.
  std::string table_numbers() const;
  /// Reads it: the table of a column family's number, if it is one's.
  static std::optional<table> table_of(std::string_view numbers, std::uint32_t column_family);

private:
  const rocksdb_options options_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

}  // namespace troupe::persistence
