#include "persistence/rocksdb_database.hpp"

#include <utility>

#include "persistence/keys.hpp"
#include "persistence/manifest_guard.hpp"

namespace troupe::persistence {

rocksdb_database::rocksdb_database(rocksdb_options options) : options_{std::move(options)} {}

rocksdb::Status rocksdb_database::open() {
  auto with = database_options(options_);
  with.listeners.push_back(std::make_shared<manifest_guard>(options_.env, options_.path));
  rocksdb::DB* opened = nullptr;
  const auto status = rocksdb::DB::Open(with, options_.path, column_families(options_), &handles_, &opened);
  db_.reset(opened);
  if (status.ok()) manifest_guard{options_.env, options_.path}.note();
  return status;
}

rocksdb::Status rocksdb_database::open_to_look() {
  auto with = database_options(options_);
  with.create_if_missing = with.create_missing_column_families = with.paranoid_checks = false;
  with.wal_recovery_mode = rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords;
  with.skip_checking_sst_file_sizes_on_db_open = with.skip_stats_update_on_db_open = true;
  rocksdb::DB* opened = nullptr;
  const auto status = rocksdb::DB::OpenForReadOnly(with, options_.path, column_families(options_), &handles_, &opened);
  db_.reset(opened);
  return status;
}

void rocksdb_database::close() {
  if (!db_) return;
  for (auto* each : handles_) db_->DestroyColumnFamilyHandle(each);
  handles_.clear();
  db_->Close();
  db_.reset();
}

std::uint64_t rocksdb_database::first_log() const {
  std::uint64_t number = 0;
  return db_->GetIntProperty(rocksdb::DB::Properties::kMinLogNumberToKeep, &number) ? number : 0;
}

std::string rocksdb_database::table_numbers() const {
  std::string result{"T"};
  for (const auto* each : handles_) result += std::string_view{number_key{each->GetID()}};
  return result;
}

std::optional<table> rocksdb_database::table_of(std::string_view numbers, std::uint32_t column_family) {
  if (numbers.size() != 1 + sizeof(std::uint32_t) * table_count || numbers[0] != 'T') return {};
  for (std::size_t i = 0; i < table_count; ++i)
    if (read_big_endian<std::uint32_t>(numbers.data() + 1 + i * sizeof(std::uint32_t)) == column_family)
      return table_at(i);
  return {};
}

}  // namespace troupe::persistence
