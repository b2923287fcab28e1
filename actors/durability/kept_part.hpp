#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "persistence/batch.hpp"

namespace troupe::actors {

/// What one loop's durable sessions keep of a batch of publications: rows of their queues, and how many of them hold
/// which message. Whoever commits the publications commits it with them.
struct kept_part {
  struct holding {
    std::uint32_t publication = 0;  ///< its place in the batch
    std::uint32_t references = 0;
  };
  persistence::batch rows;
  std::vector<holding> held;  ///< ascending
};

}  // namespace troupe::actors
