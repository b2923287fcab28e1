#include "actors/admin/access/audit_log.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "config/log.hpp"
#include "routing/utf8.hpp"

namespace troupe::admin {

namespace json = boost::json;

namespace {

constexpr std::size_t file_bytes_read_max = 2 * audit_log::file_bytes_max;

/// Cut between two characters, and without what would not be UTF-8: client ids and paths come from anybody.
void clean(std::string& text) {
  if (text.size() > audit_log::text_bytes_max) {
    auto end = audit_log::text_bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text.resize(end);
    text += "...";
  }
  if (valid_utf8(text)) return;
  std::replace_if(
    text.begin(), text.end(), [](char c) { return c == '\0' || static_cast<unsigned char>(c) >= 0x80; }, '?');
}

std::string line_of(const audit_entry& entry) {
  const json::object line{{"at", entry.at},         {"who", entry.who},       {"address", entry.address},
                          {"action", entry.action}, {"target", entry.target}, {"outcome", entry.outcome}};
  return json::serialize(line) + "\n";
}

/// Nothing for a line that is damaged.
std::optional<audit_entry> entry_of(std::string_view line) {
  boost::system::error_code failed;
  const auto parsed = json::parse(line, failed);
  const auto* fields = failed ? nullptr : parsed.if_object();
  if (!fields) return std::nullopt;
  audit_entry entry;
  const auto* at = fields->if_contains("at");
  if (!at || !at->is_int64()) return std::nullopt;
  entry.at = at->get_int64();
  const std::pair<std::string_view, std::string*> texts[] = {{"who", &entry.who},
                                                             {"address", &entry.address},
                                                             {"action", &entry.action},
                                                             {"target", &entry.target},
                                                             {"outcome", &entry.outcome}};
  for (const auto& [name, text] : texts) {
    const auto* value = fields->if_contains(name);
    if (!value || !value->is_string()) return std::nullopt;
    *text = value->get_string();
  }
  return entry;
}

/// The last `count` lines.
std::string_view tail(std::string_view text, std::size_t count) {
  auto from = text.size();
  for (std::size_t lines = 0; from > 0; --from)
    if (text[from - 1] == '\n' && from != text.size() && ++lines == count) break;
  return text.substr(from);
}

}  // namespace

audit_log::opened audit_log::open(std::string path, surroundings around) {
  std::shared_ptr<audit_log> log{new audit_log{std::move(path), std::move(around)}};
  for (const auto& file : {log->old_path(), log->path_}) {
    auto read = read_private(file, file_bytes_read_max);
    if (auto* wrong = std::get_if<std::string>(&read)) return std::move(*wrong);
    if (const auto& text = std::get<0>(read)) log->load(tail(*text, entries_max));
  }
  if (!log->open_file()) return fmt::format("{} cannot be written: {}.", log->path_, std::strerror(errno));
  return log;
}

void audit_log::load(std::string_view text) {
  std::size_t damaged = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto entry = entry_of(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (entry)
      keep(*std::move(entry));
    else
      ++damaged;
  }
  if (damaged > 0) log::warning("admin", "{}: {} damaged lines are left out", path_, damaged);
}

bool audit_log::open_file() {
  file_ = descriptor{::open(path_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600)};
  struct stat about {};
  if (!file_ || ::fstat(file_.number(), &about) != 0) return false;
  file_bytes_ = static_cast<std::size_t>(about.st_size);
  char last = '\n';
  if (file_bytes_ > 0 && ::pread(file_.number(), &last, 1, about.st_size - 1) != 1) return false;
  // A line that a crash cut short takes no other with it.
  return last == '\n' || write_all(file_.number(), "\n");
}

void audit_log::keep(audit_entry entry) {
  entry.id = ++last_id_;
  entries_.push_back(std::move(entry));
  if (entries_.size() > entries_max) entries_.pop_front();
}

void audit_log::record(audit_entry entry) {
  for (auto* text : {&entry.who, &entry.address, &entry.action, &entry.target, &entry.outcome}) clean(*text);
  const std::lock_guard lock{mutex_};
  entry.at = around_.now();
  append(line_of(entry));
  keep(std::move(entry));
}

void audit_log::record_failure(audit_entry entry) {
  std::uint64_t told = 0;
  {
    const std::lock_guard lock{mutex_};
    const auto now = around_.steady();
    if (failures_ == 0 || now - minute_began_ >= std::chrono::minutes{1}) {
      minute_began_ = now;
      failures_ = 0;
      told = std::exchange(unlisted_, 0);
    }
    if (failures_ >= failures_a_minute) {
      ++unlisted_;
      return;
    }
    ++failures_;
  }
  if (told > 0)
    record({.who = {},
            .address = {},
            .action = entry.action,
            .target = {},
            .outcome = fmt::format("{} more failures were not listed", told)});
  record(std::move(entry));
}

void audit_log::append(const std::string& line) {
  if (file_ && file_bytes_ + line.size() > file_bytes_max) rotate();
  if (file_ && file_bytes_ + line.size() > file_bytes_read_max) return;  // it could not be rotated, which was logged
  // Not open: it could not be written before; perhaps there is room again.
  if ((!file_ && !open_file()) || !write_all(file_.number(), line)) {
    log::peer_event("admin", log::level::error, "the audit log {} lacks an entry: {}", path_, std::strerror(errno));
    file_.close();  // the next entry looks at how much of this one is there
    return;
  }
  file_bytes_ += line.size();
}

void audit_log::rotate() {
  if (std::rename(path_.c_str(), old_path().c_str()) == 0)
    file_.close();
  else
    log::peer_event("admin", log::level::error, "{} cannot be rotated: {}", path_, std::strerror(errno));
}

audit_log::page audit_log::before(std::optional<std::uint64_t> id, std::size_t limit) const {
  const std::lock_guard lock{mutex_};
  page result;
  auto at = !id ? entries_.end()
                : std::lower_bound(entries_.begin(), entries_.end(), *id,
                                   [](const auto& entry, auto wanted) { return entry.id < wanted; });
  while (at != entries_.begin() && result.entries.size() < limit) result.entries.push_back(*--at);
  if (at != entries_.begin() && !result.entries.empty()) result.next = result.entries.back().id;
  return result;
}

}  // namespace troupe::admin
