#pragma once

#include <string>
#include <vector>

#include "persistence/rocksdb_database.hpp"

namespace troupe::persistence {

/// What it took to open a database.
struct opening {
  std::string error;               ///< the database could not be opened: why
  std::vector<std::string> notes;  ///< what was dropped, a sentence each
  bool damaged = false;            ///< more was dropped than what a power cut leaves at the end of a log
};

/// Opens the database. Where files of it are damaged, they are moved to `<path>/damaged-<time>/` and cost what was in
/// them, and nothing else. It is open afterwards unless there is an error. Precondition: no other process uses it.
opening open_or_salvage(rocksdb_database& what);

/// A checksum was wrong while the database was in use: the next opening reads all of it.
void suspect(const rocksdb_options& database);

}  // namespace troupe::persistence
