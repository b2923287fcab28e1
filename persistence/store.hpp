#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.hpp"
#include "persistence/batch.hpp"
#include "persistence/row_list.hpp"
#include "persistence/table.hpp"

namespace troupe::persistence {

/// How a request ended.
enum class outcome : std::uint8_t {
  done,        ///< committed as persistence.sync promises; or read
  conflict,    ///< an expectation did not hold: nothing of the batch happened
  overloaded,  ///< too many bytes wait for a commit already: nothing of the batch happened
  full,        ///< no space left. Not promised, and nothing that can be relied upon; there may be space again later
  failed,      ///< anything else, with a text; not promised either
};

/// What became of one request.
struct result {
  std::uint64_t ticket = 0;  ///< as given with the request
  persistence::outcome outcome = outcome::done;
  bool more = false;           ///< of a scan: there are rows behind the last one
  std::uint64_t revision = 0;  ///< of a commit that is done: the revision of the sessions it put
  row_list rows;               ///< of a read (none or one) or a scan, in the order of their keys
  std::string text;            ///< failed: why
};

/// Who makes requests: an event loop, a program. It must outlive them.
class caller {
public:
  virtual ~caller() = default;
  /// Called on the store's thread, once per commit, with all of this caller's requests that have ended, in the order in
  /// which they were made. It must not block: the next commit waits for it. What it moves out of the results is its
  /// own.
  virtual void ended(std::span<result> results) noexcept = 0;
};

/// A stretch of a table, read at most so far. At least one row is read if there is one.
struct range {
  persistence::table table{};
  std::string first{};  ///< from this key on
  std::string last{};   ///< before this key; empty: to the end
  std::size_t rows_max = 1'000;
  std::size_t bytes_max = 1024 * 1024;  ///< keys and values; the row that exceeds them is the last
};

/// What a store has done, and how it is.
struct stats {
  std::uint64_t commits = 0;  ///< groups written
  std::uint64_t batches = 0;  ///< in those groups
  std::uint64_t bytes = 0;    ///< of these batches
  std::uint64_t syncs = 0;
  std::chrono::nanoseconds sync_time{};  ///< in all of these
  std::uint64_t failures = 0;            ///< groups that were not written
  std::uint64_t conflicts = 0;           ///< batches
  std::uint64_t refused = 0;             ///< batches, because too many bytes waited
  std::uint64_t dangling = 0;            ///< releases of messages that were not there
  std::uint64_t waiting = 0;             ///< requests
  std::uint64_t waiting_bytes = 0;       ///< of batches
  std::uint64_t disk_bytes = 0;
  bool alarm = false;                             ///< the last group was not written: no space, or an error
  std::string alarm_text;                         ///< which
  std::array<std::uint64_t, table_count> rows{};  ///< rocksdb: estimates
};

/// Whatever it is, a batch is there whole or not at all, and none without those that were committed before it.
using config::sync_mode;

struct store_options {
  sync_mode sync = sync_mode::always;
  std::chrono::milliseconds sync_interval{1000};
  /// Bytes of batches waiting for a commit; past it a batch that adds anything ends as `overloaded`.
  std::size_t waiting_bytes_max = 64 * 1024 * 1024;
  /// Bytes of batches in one commit: what has to fit into memory twice. At least one batch is.
  std::size_t commit_bytes_max = 8 * 1024 * 1024;
  /// While the alarm is on, writing is tried again after this time.
  std::chrono::milliseconds retry_interval{500};
};

/// Durable state, asynchronous: requests from any thread, answers to their caller.
///
/// Everything that arrives while one commit runs becomes the next commit. A read sees everything that was requested
/// before it, and perhaps what was requested later and committed with it.
///
/// A backend on a replicated log fits behind it: batches are flat and self-contained, nothing is read in order to write
/// but by expect(), and a session's revision may be any number that grows with each write, such as a log's sequence.
class store {
public:
  /// Ends what was requested, then returns.
  virtual ~store() = default;

  virtual void commit(batch what, caller& who, std::uint64_t ticket) = 0;
  virtual void read(table where, std::string_view key, caller& who, std::uint64_t ticket) = 0;
  virtual void scan(range what, caller& who, std::uint64_t ticket) = 0;

  /// From any thread.
  virtual persistence::stats stats() const = 0;
};

/// A store, or why there is none.
struct opened {
  std::unique_ptr<persistence::store> store;
  std::string error;               ///< one sentence when store is null
  std::vector<std::string> notes;  ///< what was found damaged and dropped, and what was migrated: a sentence each
};

}  // namespace troupe::persistence
