#pragma once

#include <string>
#include <vector>

#include "persistence/rocksdb_database.hpp"

namespace troupe::persistence {

/// Does once more what a log of another database says, as far as it is intact. Commits that are in table files already
/// do no harm: each row ends as the last commit left it. What could not be understood is added to `notes`, a sentence
/// each; an error is one of writing.
rocksdb::Status replay_log(const std::string& file, rocksdb_database& into, std::vector<std::string>& notes);

}  // namespace troupe::persistence
