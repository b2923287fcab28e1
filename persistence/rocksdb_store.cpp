#include "persistence/rocksdb_store.hpp"

#include <utility>

#include "persistence/open.hpp"
#include "persistence/rocksdb_engine.hpp"

namespace troupe::persistence {

opened open_rocksdb_store(const rocksdb_options& where, const store_options& with) {
  auto how = where;
  how.gaps_are_power_cuts = with.sync != sync_mode::always;
  auto database = rocksdb_engine::open(how);
  if (!database.engine) return {nullptr, std::move(database.error), std::move(database.notes)};
  auto result = open_store(std::move(database.engine), with, database.damaged);
  result.notes.insert(result.notes.begin(), database.notes.begin(), database.notes.end());
  if (!result.store) result.error = "the store in " + where.path + " cannot be used: " + result.error;
  return result;
}

}  // namespace troupe::persistence
