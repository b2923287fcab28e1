#pragma once

#include <atomic>
#include <cstdint>

namespace troupe::transport {

/// Whom a loop works for at the moment. Written by the thread that runs the loop; whoever wants to know who takes its
/// time looks at it from another thread now and then. Costs the loop two stores and no clock.
class work_mark {
public:
  using whom = std::uint64_t;

  static constexpr whom nobody = 0;                              ///< it sleeps
  static constexpr whom itself = ~whom{0};                       ///< sockets, timers, post
  static constexpr whom of_session = whom{1} << 63;              ///< with a session_ref's slot and generation
  static constexpr whom of_link = whom{1} << 62;                 ///< with a link's slot, and 30 bits of its generation
  static constexpr std::uint32_t link_generations = 0x3FFFFFFF;  ///< all else: the id of an actor

  whom now() const noexcept { return whom_.load(std::memory_order_relaxed); }

private:
  friend class at_work;
  std::atomic<whom> whom_ = nobody;
};

/// Marks whom the loop works for from now on; at the end it is again who it was before.
class at_work {
public:
  at_work(work_mark& of, work_mark::whom whom) noexcept : of_{of}, before_{of.now()} { set(whom); }
  ~at_work() { set(before_); }
  at_work(const at_work&) = delete;
  at_work& operator=(const at_work&) = delete;

private:
  void set(work_mark::whom whom) noexcept { of_.whom_.store(whom, std::memory_order_relaxed); }

  work_mark& of_;
  work_mark::whom before_;
};

}  // namespace troupe::transport
