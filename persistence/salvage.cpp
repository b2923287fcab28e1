#include "persistence/salvage.hpp"

#include <algorithm>
#include <ctime>
#include <limits>
#include <utility>

#include "persistence/inspection.hpp"
#include "persistence/log_replay.hpp"

namespace troupe::persistence {

namespace {

constexpr auto* suspicion_file = "/SUSPECT";
constexpr auto* salvage_file = "/SALVAGE";

bool contains(const std::vector<damaged_file>& files, const std::string& name) {
  return std::any_of(files.begin(), files.end(), [&](const auto& each) { return each.name == name; });
}

/// One attempt to save a damaged database. First every file is linked into a folder of its own: what is done to the
/// database can be undone if the process ends half-way, and what was damaged stays there.
class salvage {
public:
  salvage(rocksdb_database& what, const inspection& found, std::vector<damaged_file> tables,
          std::optional<std::vector<std::string>> live)
    : database_{what},
      found_{found},
      tables_{std::move(tables)},
      live_{std::move(live)} {}

  opening run();

private:
  const rocksdb_options& options() const { return database_.options(); }
  rocksdb::Env* env() const { return options().env; }
  std::string path(const std::string& name) const { return options().path + "/" + name; }

  rocksdb::Status set_aside();
  rocksdb::Status take_out();
  rocksdb::Status put_together();
  rocksdb::Status replay_logs();
  rocksdb::Status finish();
  void remove_folder(const std::string& folder) const;

  rocksdb_database& database_;
  const inspection& found_;
  const std::vector<damaged_file> tables_;
  const std::optional<std::vector<std::string>> live_;  ///< table files in use, if the manifest says
  std::string folder_;                                  ///< without the path
  opening result_;
};

opening salvage::run() {
  result_.damaged = true;
  result_.notes = found_.notes;
  if (found_.manifest) result_.notes.push_back(found_.manifest->sentence);
  for (const auto* kind : {&tables_, &found_.logs})
    for (const auto& each : *kind) result_.notes.push_back(each.sentence);
  auto done = set_aside();
  if (done.ok()) done = take_out();
  if (done.ok()) done = put_together();
  if (done.ok()) done = database_.open();
  if (done.ok()) done = replay_logs();
  if (done.ok()) done = finish();
  if (!done.ok()) {
    database_.close();
    result_.error = done.ToString() + " (while saving what is not damaged; all files are in " + path(folder_) + ")";
  }
  result_.notes.push_back("the damaged files are kept in " + path(folder_));
  return std::move(result_);
}

std::string folder_name(int attempt) {
  const auto now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "damaged-%Y%m%dT%H%M%SZ", &utc);
  return attempt == 0 ? text : std::string{text} + "-" + std::to_string(attempt);
}

rocksdb::Status salvage::set_aside() {
  rocksdb::Status done;
  for (int attempt = 0; attempt < 100; ++attempt) {
    folder_ = folder_name(attempt);
    if (env()->FileExists(path(folder_)).ok()) continue;
    done = env()->CreateDir(path(folder_));
    break;
  }
  for (const auto& name : found_.files.all())
    if (done.ok()) done = env()->LinkFile(path(name), path(folder_ + "/" + name));
  for (const auto& folder : {path(folder_), options().path}) {
    std::unique_ptr<rocksdb::Directory> directory;
    if (done.ok()) done = env()->NewDirectory(folder, &directory);
    if (done.ok()) done = directory->Fsync();
  }
  // From here on until it is deleted, the folder has all there is.
  if (done.ok()) done = rocksdb::WriteStringToFile(env(), folder_ + "\n", options().path + salvage_file, true);
  return done;
}

/// Logs are replayed from the folder. Table files that were not in use (compacted already, or not finished) would bring
/// back what was deleted.
rocksdb::Status salvage::take_out() {
  std::vector<std::string> out = found_.files.logs;
  for (const auto& name : found_.files.tables) {
    const bool used = !live_ || std::find(live_->begin(), live_->end(), name) != live_->end();
    if (!used || contains(tables_, name)) out.push_back(name);
  }
  if (found_.manifest || !tables_.empty()) {
    out.insert(out.end(), found_.files.manifests.begin(), found_.files.manifests.end());
    out.insert(out.end(), found_.files.others.begin(), found_.files.others.end());
  }
  rocksdb::Status done;
  for (const auto& name : out)
    if (done.ok()) done = env()->DeleteFile(path(name));
  return done;
}

/// A new manifest from the table files that are left.
rocksdb::Status salvage::put_together() {
  const auto left = database_files::in(env(), options().path);
  if (!left.manifests.empty() || left.tables.empty()) return {};
  const auto families = column_families(options());
  return rocksdb::RepairDB(options().path, database_options(options()), families, families.front().options);
}

rocksdb::Status salvage::replay_logs() {
  rocksdb::Status done;
  for (const auto& name : found_.logs_in_use())
    if (done.ok()) done = replay_log(path(folder_ + "/" + name), database_, result_.notes);
  return done;
}

/// Everything is in table files, and what was not damaged needs not be kept twice.
rocksdb::Status salvage::finish() {
  rocksdb::Status done = database_->Flush(rocksdb::FlushOptions{}, database_.handles());
  if (!done.ok()) return done;
  done = env()->DeleteFile(options().path + salvage_file);
  for (const auto& name : found_.files.all()) {
    const bool damaged =
      contains(tables_, name) || contains(found_.logs, name) || (found_.manifest && found_.manifest->name == name);
    if (!damaged) env()->DeleteFile(path(folder_ + "/" + name)).PermitUncheckedError();
  }
  remove_folder(path("lost"));  // RepairDB's: the same files as in ours
  env()->DeleteFile(options().path + suspicion_file).PermitUncheckedError();
  return done;
}

void salvage::remove_folder(const std::string& folder) const {
  std::vector<std::string> names;
  env()->GetChildren(folder, &names).PermitUncheckedError();
  for (const auto& name : names) env()->DeleteFile(folder + "/" + name).PermitUncheckedError();
  env()->DeleteDir(folder).PermitUncheckedError();
}

/// A process that ended while it was saving a database leaves the folder with all files: it is put back.
rocksdb::Status undo_half_salvage(const rocksdb_options& in) {
  std::string folder;
  if (!rocksdb::ReadFileToString(in.env, in.path + salvage_file, &folder).ok() || !folder.ends_with("\n")) return {};
  folder.pop_back();
  rocksdb::Status done;
  for (const auto& name : database_files::in(in.env, in.path).all())
    if (done.ok()) done = in.env->DeleteFile(in.path + "/" + name);
  const auto kept = in.path + "/" + folder + "/";
  for (const auto& name : database_files::in(in.env, kept).all())
    if (done.ok()) done = in.env->LinkFile(kept + name, in.path + "/" + name);
  if (done.ok()) done = in.env->DeleteFile(in.path + salvage_file);
  if (!done.ok()) return done;
  for (const auto& name : database_files::in(in.env, kept).all())
    in.env->DeleteFile(kept + name).PermitUncheckedError();
  in.env->DeleteDir(kept).PermitUncheckedError();
  return {};
}

/// Whether an error of opening may come from a damaged file, and not from the machine.
bool speaks_of_damage(const rocksdb::Status& status) {
  return status.IsCorruption() || status.IsPathNotFound() || status.IsNotFound() ||
         status.ToString().find("No such file") != std::string::npos;
}

opening save_unopenable(rocksdb_database& what, inspection found, const rocksdb::Status& why = {}) {
  std::optional<std::vector<std::string>> live;
  std::vector<damaged_file> tables;
  if (!found.manifest && what.open_to_look().ok()) {
    tables = damaged_tables(what, std::numeric_limits<std::uint64_t>::max());
    std::vector<rocksdb::LiveFileMetaData> files;
    what->GetLiveFilesMetaData(&files);
    live.emplace();
    for (const auto& each : files) live->push_back(each.name.substr(1));
    found.inspect_logs(what.options(), what.first_log());
    what.close();
    if (!why.ok()) found.notes.push_back("RocksDB did not open the store: " + why.ToString());
    return salvage{what, found, std::move(tables), std::move(live)}.run();
  }
  found.inspect_logs(what.options(), found.behind_gap);
  if (!found.manifest)
    found.manifest = damaged_file{"", "the manifest does not fit the files: the tables were put together anew"};
  return salvage{what, found, damaged_tables(what.options(), found.files.tables), {}}.run();
}

}  // namespace

opening open_or_salvage(rocksdb_database& what) {
  opening result;
  const auto& in = what.options();
  if (const auto undone = undo_half_salvage(in); !undone.ok()) return {undone.ToString(), {}, false};
  auto found = inspection::of(in);
  const bool logs_are_intact = found.logs.empty() && found.notes.empty();
  if (!found.manifest && !logs_are_intact && what.open_to_look().ok()) {
    found.inspect_logs(in, what.first_log());
    what.close();
  }
  if (!found.intact()) return save_unopenable(what, found);
  if (const auto opened = what.open(); !opened.ok()) {
    if (speaks_of_damage(opened)) return save_unopenable(what, found, opened);
    result.error = opened.ToString();
    return result;
  }
  const bool suspected = in.env->FileExists(in.path + suspicion_file).ok();
  const auto tables = damaged_tables(what, suspected ? std::numeric_limits<std::uint64_t>::max() : in.verify_bytes_max);
  if (!tables.empty()) {
    what.close();
    return save_unopenable(what, inspection::of(in));
  }
  if (suspected) in.env->DeleteFile(in.path + suspicion_file).PermitUncheckedError();
  result.notes = found.notes;
  return result;
}

void suspect(const rocksdb_options& database) {
  rocksdb::WriteStringToFile(database.env, "", database.path + suspicion_file, true).PermitUncheckedError();
}

}  // namespace troupe::persistence
