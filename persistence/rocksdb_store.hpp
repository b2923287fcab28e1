#pragma once

#include "persistence/rocksdb_options.hpp"
#include "persistence/store.hpp"

namespace troupe::persistence {

/// The embedded store. It opens whatever is left of a damaged one, and says in its notes what that was.
opened open_rocksdb_store(const rocksdb_options& where, const store_options& with = {});

}  // namespace troupe::persistence
