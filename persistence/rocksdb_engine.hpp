#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <rocksdb/write_batch.h>

#include "persistence/engine.hpp"
#include "persistence/rocksdb_database.hpp"

namespace troupe::persistence {

/// Tables in a RocksDB database.
class rocksdb_engine final : public engine {
public:
  /// What open() found; null engine: why.
  struct opened {
    std::unique_ptr<rocksdb_engine> engine;
    std::string error;
    std::vector<std::string> notes;  ///< damage that was found, and what it cost
    bool damaged = false;            ///< rows may be missing, so that references between rows have to be looked at
  };
  /// Opens the database, or what can be saved of it.
  static opened open(const rocksdb_options& with);
  /// As it lies there: reads what is not damaged, and can write nothing.
  static opened open_to_look(const rocksdb_options& with);

  ~rocksdb_engine() override;

  void put(table where, std::string_view key, std::string_view head, std::string_view tail) override;
  void erase(table where, std::string_view key) override;
  void erase_range(table where, std::string_view first, std::string_view last) override;
  status commit(bool sync) override;
  status sync() override;
  status resume() override;
  status find(table where, std::string_view key, std::string& value, bool& found) override;
  status scan(table where, std::string_view first, std::string_view last, const visitor& visit) override;
  std::uint64_t last_revision() const override;
  void measure(stats& into) const override;

  rocksdb_database& database() noexcept { return *database_; }

private:
  static rocksdb::FileLock* locked(const rocksdb_options& with, std::string& error);
  rocksdb_engine(std::unique_ptr<rocksdb_database> database, rocksdb::FileLock* lock);
  void begin_group();
  status understood(const rocksdb::Status& from);
  template <class Sync>
  rocksdb::Status timed(Sync sync);

  std::unique_ptr<rocksdb_database> database_;
  rocksdb::FileLock* lock_;
  rocksdb::WriteBatch group_;
  std::string numbers_;
  /// The error of the last commit or sync. RocksDB's log is not to be touched again until it has resumed: a build with
  /// assertions, as Debian's is, ends the process.
  status broken_;
  bool suspected_ = false;
  std::atomic<std::uint64_t> syncs_ = 0;
  std::atomic<std::uint64_t> sync_nanoseconds_ = 0;
  mutable std::mutex reopening_;  ///< measure() is called by other threads
};

}  // namespace troupe::persistence
