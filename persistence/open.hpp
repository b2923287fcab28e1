#pragma once

#include <memory>

#include "persistence/engine.hpp"
#include "persistence/store.hpp"

namespace troupe::persistence {

/// A store on an engine, whose rows are made those of this version first; and, where it was damaged, made to fit
/// together.
opened open_store(std::unique_ptr<engine> on, const store_options& with, bool damaged = false);

}  // namespace troupe::persistence
