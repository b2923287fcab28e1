#pragma once

#include <sys/resource.h>

namespace troupe::admin {

/// The calling thread is from now on worth a tenth of a loop's to the scheduler: where processors are short, clients
/// come before operators. A new thread begins as the one that started it, so this is called on the thread itself.
inline void come_behind_loops() noexcept {
  constexpr int nice = 10;
  constexpr id_t this_thread = 0;
  ::setpriority(PRIO_PROCESS, this_thread, nice);  // Linux knows it by thread; where it may not, it stays as it is
}

}  // namespace troupe::admin
