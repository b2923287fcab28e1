#include "persistence/memory_store.hpp"

#include "persistence/memory_engine.hpp"
#include "persistence/open.hpp"

namespace troupe::persistence {

opened open_memory_store(const store_options& with) { return open_store(std::make_unique<memory_engine>(), with); }

}  // namespace troupe::persistence
