#include "persistence/rocksdb_engine.hpp"

#include <array>
#include <utility>

#include <rocksdb/iostats_context.h>
#include <rocksdb/perf_level.h>

#include "persistence/salvage.hpp"

namespace troupe::persistence {

namespace {

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view view(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace

rocksdb::FileLock* rocksdb_engine::locked(const rocksdb_options& with, std::string& error) {
  rocksdb::FileLock* lock = nullptr;
  const auto exists = with.env->FileExists(with.path);
  if (!exists.ok())
    error = "there is no store in " + with.path + ": " + exists.ToString();
  else if (const auto taken = with.env->LockFile(with.path + "/store.lock", &lock); !taken.ok())
    error = "the store in " + with.path + " is in use by another process: " + taken.ToString();
  return lock;
}

rocksdb_engine::opened rocksdb_engine::open(const rocksdb_options& with) {
  opened result;
  if (with.create_if_missing) with.env->CreateDirIfMissing(with.path).PermitUncheckedError();
  auto* lock = locked(with, result.error);
  if (!lock) return result;
  auto database = std::make_unique<rocksdb_database>(with);
  auto saved = open_or_salvage(*database);
  result.notes = std::move(saved.notes);
  result.damaged = saved.damaged;
  if (*database) {
    result.engine.reset(new rocksdb_engine{std::move(database), lock});
  } else {
    result.error = "the store in " + with.path + " cannot be opened: " + saved.error;
    with.env->UnlockFile(lock).PermitUncheckedError();
  }
  return result;
}

rocksdb_engine::opened rocksdb_engine::open_to_look(const rocksdb_options& with) {
  opened result;
  auto* lock = locked(with, result.error);
  if (!lock) return result;
  auto database = std::make_unique<rocksdb_database>(with);
  if (const auto seen = database->open_to_look(); seen.ok()) {
    result.engine.reset(new rocksdb_engine{std::move(database), lock});
  } else {
    result.error = "the store in " + with.path + " cannot be read: " + seen.ToString();
    with.env->UnlockFile(lock).PermitUncheckedError();
  }
  return result;
}

rocksdb_engine::rocksdb_engine(std::unique_ptr<rocksdb_database> database, rocksdb::FileLock* lock)
  : database_{std::move(database)},
    lock_{lock},
    numbers_{database_->table_numbers()} {}

rocksdb_engine::~rocksdb_engine() {
  database_->close();
  database_->options().env->UnlockFile(lock_).PermitUncheckedError();
}

void rocksdb_engine::put(table where, std::string_view key, std::string_view head, std::string_view tail) {
  begin_group();
  const auto key_slice = slice(key);
  const std::array value{slice(head), slice(tail)};
  group_.Put(database_->at(where), rocksdb::SliceParts{&key_slice, 1}, rocksdb::SliceParts{value.data(), 2})
    .PermitUncheckedError();  // it fails only for a batch with a limit of bytes
}

void rocksdb_engine::erase(table where, std::string_view key) {
  begin_group();
  group_.Delete(database_->at(where), slice(key)).PermitUncheckedError();
}

void rocksdb_engine::erase_range(table where, std::string_view first, std::string_view last) {
  begin_group();
  if (first < last) group_.DeleteRange(database_->at(where), slice(first), slice(last)).PermitUncheckedError();
}

void rocksdb_engine::begin_group() {
  if (group_.Count() == 0 && group_.GetDataSize() <= 12) group_.PutLogData(numbers_).PermitUncheckedError();
}

status rocksdb_engine::commit(bool sync) {
  rocksdb::WriteOptions how;
  how.sync = sync;
  const auto write = [&] { return (*database_)->Write(how, &group_); };
  if (broken_.ok()) broken_ = understood(sync ? timed(write) : write());
  group_.Clear();
  return broken_;
}

status rocksdb_engine::sync() {
  begin_group();  // not SyncWAL(): that does not look whether syncing an older log has failed in the background
  return commit(true);
}

/// The time is that of fsync alone, as RocksDB measures it for this thread.
template <class Sync>
rocksdb::Status rocksdb_engine::timed(Sync sync) {
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kEnableTimeExceptForMutex);
  const auto before = rocksdb::get_iostats_context()->fsync_nanos;
  auto result = sync();
  sync_nanoseconds_ += rocksdb::get_iostats_context()->fsync_nanos - before;
  ++syncs_;
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
  return result;
}

/// RocksDB gets over a full disk by itself; after any other error of the log it wants to be opened anew.
status rocksdb_engine::resume() {
  if (*database_ && (*database_)->Resume().ok()) return broken_ = {};
  const std::lock_guard lock{reopening_};
  database_->close();
  const auto anew = database_->open();
  if (anew.ok()) numbers_ = database_->table_numbers();
  return broken_ = understood(anew);
}

status rocksdb_engine::find(table where, std::string_view key, std::string& value, bool& found) {
  found = false;
  if (!*database_) return {outcome::failed, "the database is closed after an error"};
  rocksdb::PinnableSlice pinned;
  const auto read = (*database_)->Get(rocksdb::ReadOptions{}, database_->at(where), slice(key), &pinned);
  if (read.IsNotFound()) return {};
  found = read.ok();
  if (found) value.assign(pinned.data(), pinned.size());
  return understood(read);
}

status rocksdb_engine::scan(table where, std::string_view first, std::string_view last, const visitor& visit) {
  if (!*database_) return {outcome::failed, "the database is closed after an error"};
  rocksdb::ReadOptions how;
  const auto bound = slice(last);
  if (!last.empty()) how.iterate_upper_bound = &bound;
  how.fill_cache = false;  // what is streamed once does not drive out what is looked up
  const std::unique_ptr<rocksdb::Iterator> rows{(*database_)->NewIterator(how, database_->at(where))};
  for (rows->Seek(slice(first)); rows->Valid(); rows->Next())
    if (!visit(view(rows->key()), view(rows->value()))) break;
  return understood(rows->status());
}

/// Each batch that puts a session takes at least one sequence number, so this is never behind.
std::uint64_t rocksdb_engine::last_revision() const { return (*database_)->GetLatestSequenceNumber(); }

void rocksdb_engine::measure(stats& into) const {
  into.syncs = syncs_;
  into.sync_time = std::chrono::nanoseconds{sync_nanoseconds_.load()};
  const std::lock_guard lock{reopening_};
  if (!*database_) return;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < table_count; ++i) {
    auto* at = database_->at(table_at(i));
    if ((*database_)->GetIntProperty(at, rocksdb::DB::Properties::kEstimateNumKeys, &value)) into.rows[i] = value;
    if ((*database_)->GetIntProperty(at, rocksdb::DB::Properties::kTotalSstFilesSize, &value)) into.disk_bytes += value;
  }
  rocksdb::VectorLogPtr logs;
  if ((*database_)->GetSortedWalFiles(logs).ok())
    for (const auto& each : logs) into.disk_bytes += each->SizeFileBytes();
}

status rocksdb_engine::understood(const rocksdb::Status& from) {
  if (from.ok()) return {};
  if (from.IsCorruption() && !std::exchange(suspected_, true)) suspect(database_->options());
  if (from.IsNoSpace() || from.subcode() == rocksdb::Status::kSpaceLimit) return {outcome::full, from.ToString()};
  return {outcome::failed, from.ToString()};
}

}  // namespace troupe::persistence
