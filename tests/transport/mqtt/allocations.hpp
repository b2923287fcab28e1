#pragma once

#include <cstddef>

namespace troupe::data {

/// How often this test program has called operator new, and the most bytes at once since `forget_largest_allocation`.
std::size_t allocation_count() noexcept;
std::size_t largest_allocation() noexcept;
void forget_largest_allocation() noexcept;

}  // namespace troupe::data
