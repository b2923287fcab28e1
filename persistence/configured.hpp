#pragma once

#include "config/options.hpp"
#include "persistence/store.hpp"

namespace troupe::persistence {

/// The store that the options name.
opened open_configured(const config::persistence_options& from);

}  // namespace troupe::persistence
