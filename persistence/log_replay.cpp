#include "persistence/log_replay.hpp"

#include <optional>

#include <rocksdb/write_batch.h>

#include "persistence/log_file.hpp"

namespace troupe::persistence {

namespace {

/// Writes a batch's operations to the column families of another database.
class translator final : public rocksdb::WriteBatch::Handler {
public:
  explicit translator(rocksdb_database& into) : into_{into} {}

  rocksdb::WriteBatch result;
  std::size_t unknown = 0;  ///< operations on tables that nobody knows

  void LogData(const rocksdb::Slice& blob) override { numbers_ = blob.ToString(); }
  rocksdb::Status PutCF(std::uint32_t family, const rocksdb::Slice& key, const rocksdb::Slice& value) override {
    auto* at = handle(family);
    return at ? result.Put(at, key, value) : rocksdb::Status{};
  }
  rocksdb::Status DeleteCF(std::uint32_t family, const rocksdb::Slice& key) override {
    auto* at = handle(family);
    return at ? result.Delete(at, key) : rocksdb::Status{};
  }
  rocksdb::Status SingleDeleteCF(std::uint32_t family, const rocksdb::Slice& key) override {
    return DeleteCF(family, key);
  }
  rocksdb::Status DeleteRangeCF(std::uint32_t family, const rocksdb::Slice& first,
                                const rocksdb::Slice& last) override {
    auto* at = handle(family);
    return at ? result.DeleteRange(at, first, last) : rocksdb::Status{};
  }

private:
  rocksdb::ColumnFamilyHandle* handle(std::uint32_t family) {
    const auto where = rocksdb_database::table_of(numbers_, family);
    if (!where) ++unknown;
    return where ? into_.at(*where) : nullptr;
  }

  rocksdb_database& into_;
  std::string numbers_;
};

}  // namespace

rocksdb::Status replay_log(const std::string& file, rocksdb_database& into, std::vector<std::string>& notes) {
  std::string content;
  if (!rocksdb::ReadFileToString(into.options().env, file, &content).ok()) return {};  // inspection has said so
  std::size_t unknown = 0;
  rocksdb::Status failed;
  read_log(content, [&](std::string_view record) {
    if (record.size() < 12 || !failed.ok()) return;  // sequence and count at least: else it is no batch
    translator one{into};
    const auto read = rocksdb::WriteBatch{std::string{record}}.Iterate(&one);
    unknown += one.unknown + (read.ok() ? 0 : 1);
    failed = into->Write(rocksdb::WriteOptions{}, &one.result);
  });
  if (unknown != 0) notes.push_back(std::to_string(unknown) + " changes in " + file + " could not be understood");
  return failed;
}

}  // namespace troupe::persistence
