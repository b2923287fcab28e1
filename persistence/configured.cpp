#include "persistence/configured.hpp"

#include "persistence/memory_store.hpp"
#include "persistence/rocksdb_store.hpp"

namespace troupe::persistence {

opened open_configured(const config::persistence_options& from) {
  store_options with;
  with.sync = from.sync;
  with.sync_interval = from.sync_interval;
  if (from.backend == config::store_backend::memory) return open_memory_store(with);
  rocksdb_options where;
  where.path = from.path;
  where.cache_bytes = from.cache_bytes;
  return open_rocksdb_store(where, with);
}

}  // namespace troupe::persistence
