#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/admin/access/private_file.hpp"
#include "actors/admin/access/surroundings.hpp"

namespace troupe::admin {

/// Who did what to what from where, and what became of it. Never holds a password or key: actions name their targets.
struct audit_entry {
  std::uint64_t id = 0;  ///< counts up; given by the log
  std::int64_t at = 0;   ///< milliseconds since 1970; given by the log
  std::string who;       ///< empty: nobody who is known
  std::string address;
  std::string action;
  std::string target;
  std::string outcome;
};

/// A file of JSON lines that is only appended to, with one older file beside it, and the newest entries in memory.
/// Not synced line by line: an entry outlives the process, but perhaps not a power cut in the same seconds. Every
/// function may be called on any thread.
class audit_log {
public:
  static constexpr std::size_t file_bytes_max = 8 * 1024 * 1024;  ///< then it becomes the older one
  static constexpr std::size_t entries_max = 10'000;              ///< in memory
  static constexpr std::size_t text_bytes_max = 256;              ///< of each text; what is longer is cut
  static constexpr unsigned failures_a_minute = 60;

  using opened = std::variant<std::shared_ptr<audit_log>, std::string>;
  /// Reads what is there, at `path` and `path`.1; lines that are damaged are left out and told to the log. The error is
  /// a sentence.
  static opened open(std::string path, surroundings around);

  void record(audit_entry entry);
  /// Of somebody who is not logged in: no more than so many a minute, the others are counted into one entry. Else
  /// anybody could fill the files until what others did is rotated away.
  void record_failure(audit_entry entry);

  struct page {
    std::vector<audit_entry> entries;   ///< newest first
    std::optional<std::uint64_t> next;  ///< what to ask for as `before` to go on; nothing: there are no more
  };
  page before(std::optional<std::uint64_t> id, std::size_t limit) const;

private:
  audit_log(std::string path, surroundings around) : path_{std::move(path)}, around_{std::move(around)} {}
  std::string old_path() const { return path_ + ".1"; }
  void load(std::string_view text);
  bool open_file();
  void keep(audit_entry entry);
  void append(const std::string& line);
  void rotate();

  std::string path_;
  surroundings around_;
  mutable std::mutex mutex_;
  std::deque<audit_entry> entries_;
  std::uint64_t last_id_ = 0;
  descriptor file_;
  std::size_t file_bytes_ = 0;
  surroundings::steady_clock::time_point minute_began_{};
  unsigned failures_ = 0;       ///< in this minute
  std::uint64_t unlisted_ = 0;  ///< failures that were only counted
};

}  // namespace troupe::admin
