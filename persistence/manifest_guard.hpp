#pragma once

#include <optional>
#include <string>
#include <utility>

#include <rocksdb/env.h>
#include <rocksdb/listener.h>

namespace troupe::persistence {

/// Keeps note of how long the manifest has become. A manifest that was cut off between two records looks like an older
/// one; opened like that, RocksDB would delete the table files that it does not name.
class manifest_guard final : public rocksdb::EventListener {
public:
  manifest_guard(rocksdb::Env* env, std::string path) : env_{env}, path_{std::move(path)} {}

  void OnFlushCompleted(rocksdb::DB*, const rocksdb::FlushJobInfo&) override { note(); }
  void OnCompactionCompleted(rocksdb::DB*, const rocksdb::CompactionJobInfo&) override { note(); }

  /// Called when RocksDB has synced the manifest, so that what is noted is never more than what is on the disk.
  void note() const;
  /// Whether `manifest` is shorter than was noted; nothing when it is not the one that was noted.
  std::optional<bool> shortened(const std::string& manifest, std::uint64_t bytes) const;

private:
  std::string file() const { return path_ + "/MANIFEST.size"; }

  rocksdb::Env* env_;
  std::string path_;
};

/// What CURRENT says: the manifest's name; nothing when it cannot be read or says no such thing.
std::optional<std::string> current_manifest(rocksdb::Env* env, const std::string& path);

}  // namespace troupe::persistence
