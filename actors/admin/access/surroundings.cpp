#include "actors/admin/access/surroundings.hpp"

#include <openssl/rand.h>

namespace troupe::admin {

surroundings surroundings::real() {
  return {.wall = wall_clock::now, .steady = steady_clock::now, .random = [](std::span<unsigned char> bytes) {
            return RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1;
          }};
}

}  // namespace troupe::admin
