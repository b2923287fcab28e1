#pragma once

#include "persistence/store.hpp"

namespace troupe::persistence {

/// A store in memory: for nodes that need not outlive themselves, and for tests.
opened open_memory_store(const store_options& with = {});

}  // namespace troupe::persistence
