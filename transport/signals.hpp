#pragma once

#include <functional>
#include <initializer_list>
#include <optional>

#include "transport/reactor.hpp"

namespace troupe::transport {

/// Signals as events of a loop. From its construction on they are blocked in this thread and in those that it starts,
/// so it comes before all others. Throws std::system_error.
class signals {
public:
  explicit signals(std::initializer_list<int> numbers);
  ~signals();
  signals(const signals&) = delete;
  signals& operator=(const signals&) = delete;

  /// Calls back on the loop of `on`, which must outlive the watch, once for each signal. Before the loop runs.
  void watch(reactor& on, std::function<void(int number)> then);
  /// When the loop has stopped.
  void stop() noexcept { watch_.reset(); }

private:
  int fd_ = -1;
  std::optional<reactor::watch> watch_;
};

}  // namespace troupe::transport
