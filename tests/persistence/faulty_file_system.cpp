#include "tests/persistence/faulty_file_system.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <rocksdb/system_clock.h>

namespace troupe::tests {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

namespace {

std::string folder_of(const std::string& path) { return std::filesystem::path{path}.parent_path().string(); }
/// The machine's clock for a code that cannot sleep.
class sleepless_clock final : public rocksdb::SystemClockWrapper {
public:
  sleepless_clock() : SystemClockWrapper{rocksdb::SystemClock::Default()} {}
  const char* Name() const override { return "sleepless"; }
  void SleepForMicroseconds(int) override { SystemClockWrapper::SleepForMicroseconds(100); }
};

bool for_people(const std::string& path) { return std::filesystem::path{path}.filename().string().starts_with("LOG"); }

}  // namespace

class faulty_file_system::file final : public rocksdb::FSWritableFileOwnerWrapper {
public:
  file(std::unique_ptr<rocksdb::FSWritableFile>&& target, faulty_file_system& in, std::shared_ptr<content> what)
    : FSWritableFileOwnerWrapper{std::move(target)},
      in_{in},
      content_{std::move(what)} {}

  IOStatus Append(const Slice& data, const IOOptions& how, IODebugContext* debug) override {
    std::size_t allowed = 0;
    bool lasts = true;
    auto result = in_.write(data.size(), allowed, lasts);
    const auto written = FSWritableFileOwnerWrapper::Append(Slice{data.data(), allowed}, how, debug);
    const std::lock_guard lock{in_.mutex_};
    if (written.ok() && lasts) content_->written += allowed;
    return result.ok() ? written : result;
  }
  IOStatus Append(const Slice& data, const IOOptions& how, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, how, debug);
  }
  IOStatus Sync(const IOOptions& how, IODebugContext* debug) override {
    return synced([&] { return FSWritableFileOwnerWrapper::Sync(how, debug); });
  }
  IOStatus Fsync(const IOOptions& how, IODebugContext* debug) override {
    return synced([&] { return FSWritableFileOwnerWrapper::Fsync(how, debug); });
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& how, IODebugContext* debug) override {
    const bool lasts = in_.step();
    auto result = FSWritableFileOwnerWrapper::Truncate(size, how, debug);
    const std::lock_guard lock{in_.mutex_};
    if (!lasts) return result;
    content_->written = size;
    content_->synced = std::min(content_->synced, size);
    return result;
  }

private:
  template <class Sync>
  IOStatus synced(Sync sync) {
    std::function<void()> before;
    std::uint64_t bytes = 0;
    {
      const std::lock_guard lock{in_.mutex_};
      before = in_.before_sync_;
      bytes = content_->written;
    }
    if (before) before();
    const bool lasts = in_.step();
    auto result = sync();
    const std::lock_guard lock{in_.mutex_};
    ++in_.syncs_;
    if (result.ok() && lasts) content_->synced = bytes;
    return result;
  }

  faulty_file_system& in_;
  std::shared_ptr<content> content_;
};

class faulty_file_system::directory final : public rocksdb::FSDirectoryWrapper {
public:
  directory(std::unique_ptr<rocksdb::FSDirectory>&& target, faulty_file_system& in, std::string path)
    : FSDirectoryWrapper{std::move(target)},
      in_{in},
      path_{std::move(path)} {}

  IOStatus Fsync(const IOOptions& how, IODebugContext* debug) override {
    return synced([&] { return FSDirectoryWrapper::Fsync(how, debug); });
  }
  IOStatus FsyncWithDirOptions(const IOOptions& how, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions& options) override {
    return synced([&] { return FSDirectoryWrapper::FsyncWithDirOptions(how, debug, options); });
  }

private:
  template <class Sync>
  IOStatus synced(Sync sync) {
    std::uint64_t last = 0;
    {
      const std::lock_guard lock{in_.mutex_};
      last = in_.last_change_;  // not what changes while it is synced
    }
    const bool lasts = in_.step();
    auto result = sync();
    const std::lock_guard lock{in_.mutex_};
    if (result.ok() && lasts) in_.forget_changes(path_, last);
    return result;
  }

  faulty_file_system& in_;
  std::string path_;
};

faulty_environment::faulty_environment(const std::shared_ptr<faulty_file_system>& disk)
  : EnvWrapper{rocksdb::NewCompositeEnv(disk)} {
  system_clock_ = std::make_shared<sleepless_clock>();
}

faulty_file_system::faulty_file_system(std::string attic)
  : FileSystemWrapper{rocksdb::FileSystem::Default()},
    attic_{std::move(attic)} {
  std::filesystem::create_directories(attic_);
}

void faulty_file_system::set_full(bool full) {
  const std::lock_guard lock{mutex_};
  full_ = full;
}

void faulty_file_system::fail_writes(int count) {
  const std::lock_guard lock{mutex_};
  failing_writes_ = count;
}

void faulty_file_system::shorten_write() {
  const std::lock_guard lock{mutex_};
  shorten_ = true;
}

void faulty_file_system::before_sync(std::function<void()> call) {
  const std::lock_guard lock{mutex_};
  before_sync_ = std::move(call);
}

void faulty_file_system::cut_power_after(std::uint64_t steps) {
  const std::lock_guard lock{mutex_};
  power_until_ = steps_ + steps;
}

bool faulty_file_system::powered() const {
  const std::lock_guard lock{mutex_};
  return is_powered();
}

std::uint64_t faulty_file_system::steps() const {
  const std::lock_guard lock{mutex_};
  return steps_;
}

std::uint64_t faulty_file_system::syncs() const {
  const std::lock_guard lock{mutex_};
  return syncs_;
}

std::uint64_t faulty_file_system::synced_bytes(const std::string& path) const {
  const std::lock_guard lock{mutex_};
  const auto found = files_.find(path);
  return found == files_.end() ? 0 : found->second->synced;
}

void faulty_file_system::restore(const std::function<std::uint64_t(std::uint64_t)>& kept) {
  const std::lock_guard lock{mutex_};
  for (auto each = changes_.rbegin(); each != changes_.rend(); ++each) undo(*each);
  changes_.clear();
  std::error_code ignored;
  for (const auto& [path, what] : files_) {
    what->written = what->synced + std::min(what->written - what->synced, kept(what->written - what->synced));
    what->synced = what->written;
    if (std::filesystem::file_size(path, ignored) > what->written && !ignored)
      std::filesystem::resize_file(path, what->written, ignored);
  }
  power_until_ = UINT64_MAX;
  full_ = shorten_ = false;
  failing_writes_ = 0;
}

void faulty_file_system::undo(const change& what) {
  std::error_code ignored;
  switch (what.what) {
    case change::kind::created: std::filesystem::remove(what.path, ignored); break;
    case change::kind::renamed:
      std::filesystem::rename(what.path, what.from, ignored);
      files_[what.from] = files_[what.path];
      break;
    case change::kind::deleted: break;
  }
  files_.erase(what.path);
  if (what.backup.empty()) return;
  std::filesystem::rename(what.backup, what.path, ignored);
  files_[what.path] = what.before;
}

IOStatus faulty_file_system::NewWritableFile(const std::string& path, const rocksdb::FileOptions& how,
                                             std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* debug) {
  if (for_people(path)) return FileSystemWrapper::NewWritableFile(path, how, result, debug);
  step();
  const bool existed = std::filesystem::exists(path);
  std::unique_ptr<rocksdb::FSWritableFile> target;
  if (auto opened = FileSystemWrapper::NewWritableFile(path, how, &target, debug); !opened.ok()) return opened;
  const std::lock_guard lock{mutex_};
  auto what = files_[path] = std::make_shared<content>();
  if (!existed) add({change::kind::created, path, {}, {}, {}, 0});
  *result = std::make_unique<file>(std::move(target), *this, std::move(what));
  return IOStatus::OK();
}

IOStatus faulty_file_system::NewDirectory(const std::string& path, const IOOptions& how,
                                          std::unique_ptr<rocksdb::FSDirectory>* result, IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSDirectory> target;
  if (auto opened = FileSystemWrapper::NewDirectory(path, how, &target, debug); !opened.ok()) return opened;
  *result = std::make_unique<directory>(std::move(target), *this, path);
  return IOStatus::OK();
}

IOStatus faulty_file_system::DeleteFile(const std::string& path, const IOOptions& how, IODebugContext* debug) {
  if (for_people(path)) return FileSystemWrapper::DeleteFile(path, how, debug);
  step();
  if (!std::filesystem::exists(path)) return FileSystemWrapper::DeleteFile(path, how, debug);
  const std::lock_guard lock{mutex_};
  auto before = content_of(path);
  add({change::kind::deleted, path, {}, keep(path), std::move(before), 0});
  files_.erase(path);
  return IOStatus::OK();
}

IOStatus faulty_file_system::RenameFile(const std::string& from, const std::string& to, const IOOptions& how,
                                        IODebugContext* debug) {
  if (for_people(from)) return FileSystemWrapper::RenameFile(from, to, how, debug);
  step();
  const std::lock_guard lock{mutex_};
  auto before = std::filesystem::exists(to) ? content_of(to) : nullptr;
  auto moved = content_of(from);
  auto backup = before ? keep(to) : std::string{};
  if (auto renamed = FileSystemWrapper::RenameFile(from, to, how, debug); !renamed.ok()) return renamed;
  add({change::kind::renamed, to, from, std::move(backup), std::move(before), 0});
  files_.erase(from);
  files_[to] = std::move(moved);
  return IOStatus::OK();
}

IOStatus faulty_file_system::LinkFile(const std::string& from, const std::string& to, const IOOptions& how,
                                      IODebugContext* debug) {
  step();
  const std::lock_guard lock{mutex_};
  if (auto linked = FileSystemWrapper::LinkFile(from, to, how, debug); !linked.ok()) return linked;
  add({change::kind::created, to, {}, {}, {}, 0});
  files_[to] = content_of(from);
  return IOStatus::OK();
}

/// Whether what is done now lasts.
bool faulty_file_system::step() {
  const std::lock_guard lock{mutex_};
  const bool lasts = is_powered();
  if (lasts) ++steps_;
  return lasts;
}

IOStatus faulty_file_system::write(std::size_t bytes, std::size_t& allowed, bool& lasts) {
  lasts = step();
  const std::lock_guard lock{mutex_};
  if (full_) return IOStatus::NoSpace("the disk is full");
  if (failing_writes_ > 0) {
    --failing_writes_;
    return IOStatus::IOError("a write failed");
  }
  allowed = shorten_ ? bytes / 2 : bytes;
  return std::exchange(shorten_, false) ? IOStatus::IOError("a write was cut short") : IOStatus::OK();
}

void faulty_file_system::add(change what) {
  what.number = ++last_change_;
  changes_.push_back(std::move(what));
}

/// What a folder's fsync made last is not undone, and what it deleted is gone.
void faulty_file_system::forget_changes(const std::string& folder, std::uint64_t number) {
  const auto last = [&](const change& each) {
    return each.number <= number && folder_of(each.path) == folder_of(folder + "/x");
  };
  std::error_code ignored;
  for (const auto& each : changes_)
    if (last(each) && !each.backup.empty()) std::filesystem::remove(each.backup, ignored);
  std::erase_if(changes_, last);
}

/// A file that was there before this file system has been synced.
std::shared_ptr<faulty_file_system::content> faulty_file_system::content_of(const std::string& path) {
  if (const auto found = files_.find(path); found != files_.end()) return found->second;
  std::error_code ignored;
  const auto bytes = std::filesystem::file_size(path, ignored);
  return files_[path] = std::make_shared<content>(content{ignored ? 0 : bytes, ignored ? 0 : bytes});
}

/// Moves a file to the attic.
std::string faulty_file_system::keep(const std::string& path) {
  auto backup = attic_ + "/" + std::to_string(++backups_);
  std::error_code ignored;
  std::filesystem::rename(path, backup, ignored);
  return backup;
}

}  // namespace troupe::tests
