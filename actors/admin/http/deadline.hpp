#pragma once

#include <chrono>
#include <memory>

#include <boost/asio/steady_timer.hpp>

#include "actors/admin/http/channel.hpp"

namespace troupe::admin {

/// The time that a connection's step under way may take. Afterwards the step is cancelled; the connection stays.
class deadline {
public:
  explicit deadline(channel of) : state_{std::make_shared<state>(std::move(of))} {}

  /// For the step that begins.
  void within(std::chrono::milliseconds time);
  /// For the step that ended; whether it had too little time. Nothing is left to disturb the next one.
  bool done();
  bool is_late() const { return state_->is_late; }

private:
  struct state {
    explicit state(channel of)
      : over{std::move(of)},
        timer{over.get_executor(), boost::asio::steady_timer::time_point::max()} {}
    channel over;
    boost::asio::steady_timer timer;
    bool is_late = false;
  };
  std::shared_ptr<state> state_;
};

}  // namespace troupe::admin
