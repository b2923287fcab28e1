#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "persistence/engine.hpp"

namespace troupe::persistence {

/// What does not fit together in a store.
struct references_report {
  std::uint64_t problems = 0;
  std::vector<std::string> sentences;  ///< of the first problems; a last one says how many more there are
};

enum class references_mode { look, mend };

/// Compares what rows say of each other: every row belongs to a session, every queue entry has its message, every
/// message is held by as many entries as it counts, no number was given away that counts as free. `mend` erases what
/// belongs to nothing and writes what was wrong anew. Reads every row of the store but retained ones.
status review_references(engine& of, references_mode mode, references_report& into);

}  // namespace troupe::persistence
