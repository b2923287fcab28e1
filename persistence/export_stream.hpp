#pragma once

#include <cstdio>
#include <string>

#include "persistence/engine.hpp"

namespace troupe::persistence {

/// What a stream held, or was given.
struct stream_rows {
  std::uint64_t rows = 0;
  std::uint32_t schema = 0;  ///< version of the rows
};

/// Writes all rows of a store as a stream (docs/store-format.md).
status write_stream(engine& from, std::FILE* to, stream_rows& written);

/// Reads a stream into a store without rows. Until the end of it was read, and found to be the end, the store is marked
/// and cannot be opened.
status read_stream(std::FILE* from, engine& into, stream_rows& read);

/// In meta while a stream is read.
inline constexpr std::string_view importing_key = "importing";

}  // namespace troupe::persistence
