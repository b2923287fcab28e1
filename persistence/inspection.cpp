#include "persistence/inspection.hpp"

#include <algorithm>
#include <utility>

#include <rocksdb/sst_file_reader.h>

#include "persistence/log_file.hpp"
#include "persistence/log_inspector.hpp"
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

/// How many is known of files of this run of the process only.
std::string rows_of(const rocksdb::LiveFileMetaData& file) {
  if (file.num_entries != 0) return std::to_string(file.num_entries) + " rows";
  return "rows (" + std::to_string(file.size) + " bytes)";
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
  result.inspect_logs(database, 0);
  return result;
}

void inspection::inspect_logs(const rocksdb_options& in, std::uint64_t first) {
  first_log = first;
  logs.clear();
  notes.clear();
  log_inspector inspector{in};
  for (const auto& name : logs_in_use()) inspector.inspect(name);
  logs = std::move(inspector.damaged);
  notes = std::move(inspector.notes);
  behind_gap = inspector.behind_gap;
}

std::vector<std::string> inspection::logs_in_use() const {
  std::vector<std::string> result;
  for (const auto& name : files.logs)
    if (number_of(name) >= first_log) result.push_back(name);
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
                                rows_of(each) + " were dropped"});
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
