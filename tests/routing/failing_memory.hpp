#pragma once

#include <cstddef>
#include <new>

namespace troupe::tests {

/// Lets the operator new of this binary fail once, after so many allocations of this thread that still succeed.
void fail_allocation_after(std::size_t count) noexcept;
/// Ends that; true when the failure has happened.
bool allocation_failed() noexcept;

/// Repeats `f` with the first allocation failing, then the second, and so on, until it gets through. After each failure
/// calls `check`. Returns how many failures there were.
template <class F, class Check>
std::size_t with_every_allocation_failing(F&& f, Check&& check) {
  for (std::size_t count = 0;; ++count) {
    fail_allocation_after(count);
    try {
      f();
    } catch (const std::bad_alloc&) {
    }
    if (!allocation_failed()) return count;
    check();
  }
}

}  // namespace troupe::tests
