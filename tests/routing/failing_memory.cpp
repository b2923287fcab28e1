#include "tests/routing/failing_memory.hpp"

#include <cstdlib>
#include <limits>

namespace troupe::tests {
namespace {

constexpr auto never = std::numeric_limits<std::size_t>::max();
thread_local std::size_t left = never;
thread_local bool failed = false;

bool fails_now() noexcept {
  if (left == never) return false;
  if (left-- != 0) return false;
  left = never;
  return failed = true;
}

}  // namespace

void fail_allocation_after(std::size_t count) noexcept {
  failed = false;
  left = count;
}

bool allocation_failed() noexcept {
  left = never;
  return failed;
}

void* try_to_allocate(std::size_t size) noexcept { return fails_now() ? nullptr : std::malloc(size == 0 ? 1 : size); }

void* allocate(std::size_t size) {
  auto* result = try_to_allocate(size);
  return result ? result : throw std::bad_alloc{};
}

}  // namespace troupe::tests

void* operator new(std::size_t size) { return troupe::tests::allocate(size); }
void* operator new[](std::size_t size) { return troupe::tests::allocate(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return troupe::tests::try_to_allocate(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return troupe::tests::try_to_allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
