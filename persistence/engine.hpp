#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "persistence/store.hpp"
#include "persistence/table.hpp"

namespace troupe::persistence {

/// How a call of an engine ended; outcome is done, full or failed.
struct status {
  persistence::outcome outcome = outcome::done;
  std::string text;
  bool ok() const noexcept { return outcome == outcome::done; }
};

/// The rows of a backend as they lie there, without a thread: everything but measure() is called by one thread, and
/// blocks. A committer makes a store of it.
class engine {
public:
  virtual ~engine() = default;

  /// Joins the group that the next commit() writes; not seen by find() and scan() until then. The row's value is
  /// `head` and `tail` in one.
  virtual void put(table where, std::string_view key, std::string_view head, std::string_view tail) = 0;
  virtual void erase(table where, std::string_view key) = 0;
  virtual void erase_range(table where, std::string_view first, std::string_view last) = 0;
  /// Writes the group, all or nothing. Whatever the answer, the next group begins empty.
  virtual status commit(bool sync) = 0;
  /// Everything committed is on the disk.
  virtual status sync() = 0;
  /// Tries to get over the error that the last commit met.
  virtual status resume() = 0;

  /// `found` tells whether there is such a row, whose value is put into `value`.
  virtual status find(table where, std::string_view key, std::string& value, bool& found) = 0;
  /// Shows rows from `first` on and before `last` (empty: to the end), until `visit` gives back false.
  using visitor = std::function<bool(std::string_view key, std::string_view value)>;
  virtual status scan(table where, std::string_view first, std::string_view last, const visitor& visit) = 0;

  /// At least that of any session that was ever written.
  virtual std::uint64_t last_revision() const = 0;
  /// Fills in disk_bytes, rows, syncs and sync_time. From any thread.
  virtual void measure(stats& into) const = 0;
};

}  // namespace troupe::persistence
