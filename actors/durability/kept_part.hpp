#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace troupe::actors {

/// What one loop's durable sessions keep of a batch of publications: entries of their queues. Whoever commits the
/// publications commits these with them, and knows then how many entries of all loops hold a publication.
struct kept_part {
  struct entry {
    std::uint32_t publication = 0;  ///< its place in the batch
    std::uint32_t bytes = 0;        ///< of the row, in `rows` behind that of the entry before it
    std::uint64_t session = 0;      ///< number
    std::uint64_t sequence = 0;
  };
  std::vector<entry> entries;
  std::string rows;  ///< encoded; the message is left out
};

/// Which publications of a batch stand in the row of the one queue entry that holds them, not in a row of their own.
struct own_bodies {
  std::uint64_t first_message = 0;  ///< id of the first publication
  std::vector<bool> of;             ///< by place in the batch

  bool contains(std::uint64_t message) const { return of[message - first_message]; }
};

}  // namespace troupe::actors
