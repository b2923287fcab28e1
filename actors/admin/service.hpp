#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "actors/admin/history/event_history.hpp"
#include "actors/admin/node_view.hpp"

namespace troupe::admin {

/// What an operator reaches: the API and the console, on a port and a unix socket of their own. Its actor gives it a
/// thread; a slow answer holds up nobody but other operators.
class service {
public:
  /// Listens from now on. `node` and `history` must outlive it. Throws std::runtime_error that says what is wrong.
  service(const node_view& node, event_history& history);
  ~service();
  service(const service&) = delete;
  service& operator=(const service&) = delete;

  /// "127.0.0.1:18083"
  std::string bound() const;
  /// Serves for so long, whatever comes. Waits while another thread is here.
  void serve(std::chrono::milliseconds how_long);
  /// Takes no more requests and lets go of its sockets. Waits while another thread is in serve().
  void stop();

private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace troupe::admin
