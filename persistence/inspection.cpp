#include "persistence/inspection.hpp"

#include <algorithm>
#include <utility>

#include <rocksdb/sst_file_reader.h>

#include "persistence/log_file.hpp"
#include "persistence/manifest_guard.hpp"

namespace troupe::persistence {

namespace {

bool is_numbered(std::string_view name, std::string_view prefix, std::string_view suffix) {
  if (!name.starts_with(prefix) || !name.ends_with(suffix) || name.size() <= prefix.size() + suffix.size())
    return false;
  name = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
  return name.find_first_not_of("0123456789") == std::string_view::npos;
}

std::uint64_t number_of(const std::string& name) { return std::strtoull(name.c_str(), nullptr, 10); }

std::string joined(const rocksdb_options& in, const std::string& name) { return in.path + "/" + name; }

/// CURRENT and the manifest: a database without them looks like none, and RocksDB would begin a new one in its place.
std::optional<damaged_file> inspect_manifest(const rocksdb_options& in, const database_files& files) {
  if (files.logs.empty() && files.tables.empty() && files.manifests.empty()) return {};
  const auto name = current_manifest(in.env, in.path);
  if (!name)
    return damaged_file{"CURRENT", "CURRENT is missing or names no manifest: the tables were put together anew"};
  const auto wrong = [&](const std::string& what) {
    return damaged_file{*name, *name + " " + what + ": the tables were put together anew from their files"};
  };
  std::string content;
  if (const auto read = rocksdb::ReadFileToString(in.env, joined(in, *name), &content); !read.ok())
    return wrong("cannot be read (" + read.ToString() + ")");
  const auto found = read_log(content, [](std::string_view) {});
  if (!found.intact()) return wrong("has " + std::to_string(found.damaged_bytes()) + " damaged bytes");
  if (found.records == 0) return wrong("is empty");
  if (manifest_guard{in.env, in.path}.shortened(*name, content.size()).value_or(false)) return wrong("was cut off");
  return {};
}

/// The sequence numbers that a commit takes: it begins with the first (8 bytes) and how many there are (4).
struct sequences {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  explicit sequences(std::string_view commit) {
    const auto number = [&](std::size_t at, std::size_t bytes) {
      std::uint64_t value = 0;
      for (std::size_t i = bytes; i-- > 0;) value = value << 8 | static_cast<unsigned char>(commit[at + i]);
      return value;
    };
    if (commit.size() >= 12) first = number(0, 8), count = number(8, 4);
  }
};

/// Logs, oldest first.
class log_inspector {
public:
  log_inspector(const rocksdb_options& in, inspection& into) : in_{in}, into_{into} {}

  void inspect(const std::string& name) {
    std::string content;
    if (const auto read = rocksdb::ReadFileToString(in_.env, joined(in_, name), &content); !read.ok()) {
      into_.logs.push_back({name, "log " + name + " cannot be read: " + read.ToString()});
      return;
    }
    std::uint64_t missing = 0;
    const auto found = read_log(content, [&](std::string_view commit) { missing += missing_before(commit); });
    if (!found.intact())
      into_.logs.push_back({name, describe(name, found)});
    else if (missing != 0)
      gap(name, missing);
    else if (found.torn != 0)
      into_.notes.push_back("log " + name + " ends within a commit: its last " + std::to_string(found.torn) +
                            " bytes were dropped, " + std::to_string(found.records) + " commits kept");
  }

private:
  std::uint64_t missing_before(std::string_view commit) {
    const sequences here{commit};
    const auto missing = next_ != 0 && here.first > next_ ? here.first - next_ : 0;
    if (here.first != 0) next_ = here.first + here.count;
    return missing;
  }

  static std::string describe(const std::string& name, const log_findings& found) {
    return "log " + name + " is damaged in " + std::to_string(found.damaged.size()) + " places, first at byte " +
           std::to_string(found.damaged.front().offset) + ": " + std::to_string(found.damaged_bytes()) +
           " bytes of commits were dropped, " + std::to_string(found.records) + " commits kept";
  }

  void gap(const std::string& name, std::uint64_t missing) {
    const auto what = std::to_string(missing) + " changes are missing before or in log " + name;
    if (in_.gaps_are_power_cuts)
      into_.notes.push_back(what + ", as after a power cut: the commits behind them were dropped");
    else
      into_.logs.push_back({name, what + ": the commits behind them were kept"});
  }

  const rocksdb_options& in_;
  inspection& into_;
  std::uint64_t next_ = 0;  ///< sequence number; 0: not known yet
};

std::string verify(const rocksdb_options& in, const std::string& name) {
  rocksdb::Options how{database_options(in), column_families(in).front().options};
  rocksdb::SstFileReader reader{how};
  auto status = reader.Open(joined(in, name));
  if (status.ok()) status = reader.VerifyChecksum();
  return status.ok() ? std::string{} : status.ToString();
}

std::string verify(const rocksdb_options& in, const rocksdb::LiveFileMetaData& file) {
  std::uint64_t bytes = 0;
  const auto name = file.name.substr(1);
  if (const auto seen = in.env->GetFileSize(joined(in, name), &bytes); !seen.ok())
    return seen.IsNotFound() || seen.IsPathNotFound() ? "it is missing" : seen.ToString();
  if (bytes != file.size) return "it has " + std::to_string(bytes) + " bytes of " + std::to_string(file.size);
  return verify(in, name);
}

}  // namespace

database_files database_files::in(rocksdb::Env* env, const std::string& path) {
  database_files result;
  std::vector<std::string> names;
  env->GetChildren(path, &names).PermitUncheckedError();
  std::sort(names.begin(), names.end(), [](const auto& a, const auto& b) {
    return std::pair{number_of(a), a} < std::pair{number_of(b), b};
  });
  for (const auto& name : names) {
    if (is_numbered(name, "", ".log"))
      result.logs.push_back(name);
    else if (is_numbered(name, "", ".sst"))
      result.tables.push_back(name);
    else if (is_numbered(name, "MANIFEST-", ""))
      result.manifests.push_back(name);
    else if (name == "CURRENT" || name == "IDENTITY" || is_numbered(name, "OPTIONS-", ""))
      result.others.push_back(name);
  }
  return result;
}

std::vector<std::string> database_files::all() const {
  std::vector<std::string> result;
  for (const auto* part : {&logs, &tables, &manifests, &others})
    result.insert(result.end(), part->begin(), part->end());
  return result;
}

inspection inspection::of(const rocksdb_options& database) {
  inspection result;
  result.files = database_files::in(database.env, database.path);
  result.manifest = inspect_manifest(database, result.files);
  log_inspector logs{database, result};
  for (const auto& name : result.files.logs) logs.inspect(name);
  return result;
}

std::vector<damaged_file> damaged_tables(rocksdb_database& in, std::uint64_t bytes_max) {
  in->DisableFileDeletions().PermitUncheckedError();  // what is compacted meanwhile would seem to be missing
  std::vector<rocksdb::LiveFileMetaData> files;
  in->GetLiveFilesMetaData(&files);
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return number_of(a.name.substr(1)) > number_of(b.name.substr(1)); });
  std::vector<damaged_file> result;
  std::uint64_t bytes = 0;
  for (const auto& each : files) {
    if (bytes >= bytes_max) break;
    bytes += each.size;
    const auto table = each.column_family_name == rocksdb::kDefaultColumnFamilyName ? std::string{name_of(table::meta)}
                                                                                    : each.column_family_name;
    const auto name = each.name.substr(1);
    if (const auto wrong = verify(in.options(), each); !wrong.empty())
      result.push_back({name, "file " + name + " of table " + table + " is damaged (" + wrong + "): its " +
                                std::to_string(each.num_entries) + " rows were dropped"});
  }
  in->EnableFileDeletions(false).PermitUncheckedError();
  return result;
}

std::vector<damaged_file> damaged_tables(const rocksdb_options& in, const std::vector<std::string>& names) {
  std::vector<damaged_file> result;
  for (const auto& name : names)
    if (const auto wrong = verify(in, name); !wrong.empty())
      result.push_back({name, "file " + name + " is damaged (" + wrong + "): its rows were dropped"});
  return result;
}

}  // namespace troupe::persistence
