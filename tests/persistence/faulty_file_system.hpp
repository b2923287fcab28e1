#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

namespace troupe::tests {

/// The machine's file system with faults, and with the memory of what was synced: a power cut takes back all else.
/// Files that RocksDB keeps for people (LOG) are none of its business.
class faulty_file_system final : public rocksdb::FileSystemWrapper {
public:
  /// `attic` is a folder for what was deleted, but not for good yet.
  explicit faulty_file_system(std::string attic);

  const char* Name() const override { return "faulty"; }

  // --- faults ---
  /// Nothing can be written any more, or again.
  void set_full(bool full);
  /// The next so many writes fail with nothing written; or, for the next one, with half of it.
  void fail_writes(int count);
  void shorten_write();
  /// Called before each sync of a file; may block, as a slow disk does.
  void before_sync(std::function<void()> call);
  /// So many steps (writes, syncs, changes of folders) from now, the power goes: that step and all later ones seem to
  /// happen, and nothing of them lasts. (They do not fail: nobody notices that the power is gone, and RocksDB with
  /// assertions ends the process when the sync of a log fails twice.)
  void cut_power_after(std::uint64_t steps);
  bool powered() const;

  /// Files and folders as they are after the power cut: what was synced, and of what was written since, at the end of
  /// each file, as much as `kept` says. Precondition: no file is open.
  void restore(const std::function<std::uint64_t(std::uint64_t unsynced)>& kept = [](std::uint64_t) { return 0; });

  std::uint64_t steps() const;
  std::uint64_t syncs() const;
  /// Bytes of a file that would survive.
  std::uint64_t synced_bytes(const std::string& path) const;

  // --- rocksdb::FileSystem ---
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& how,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& how,
                                 std::unique_ptr<rocksdb::FSDirectory>* result,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& how,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& how,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus LinkFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& how,
                             rocksdb::IODebugContext* debug) override;

private:
  class file;
  class directory;

  struct content {
    std::uint64_t written = 0;
    std::uint64_t synced = 0;
  };
  /// A change of a folder that its fsync has not made last yet.
  struct change {
    enum class kind { created, renamed, deleted } what;
    std::string path;
    std::string from;    ///< of a rename
    std::string backup;  ///< what was there before, in the attic; empty: nothing
    std::shared_ptr<content> before;
    std::uint64_t number = 0;
  };

  bool step();
  bool is_powered() const { return steps_ < power_until_; }
  rocksdb::IOStatus write(std::size_t bytes, std::size_t& allowed, bool& lasts);
  void add(change what);
  void forget_changes(const std::string& folder, std::uint64_t number);
  void undo(const change& what);
  std::shared_ptr<content> content_of(const std::string& path);
  std::string keep(const std::string& path);

  const std::string attic_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<content>> files_;
  std::vector<change> changes_;
  std::uint64_t last_change_ = 0;
  std::uint64_t steps_ = 0;
  std::uint64_t syncs_ = 0;
  std::uint64_t power_until_ = UINT64_MAX;
  std::uint64_t backups_ = 0;
  int failing_writes_ = 0;
  bool shorten_ = false;
  bool full_ = false;
  std::function<void()> before_sync_;
};

/// An environment on it. RocksDB sleeps for a second after each error in the background: here it does not.
class faulty_environment final : public rocksdb::EnvWrapper {
public:
  explicit faulty_environment(const std::shared_ptr<faulty_file_system>& disk);
  const char* Name() const override { return "faulty"; }
};

}  // namespace troupe::tests
