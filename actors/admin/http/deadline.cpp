#include "actors/admin/http/deadline.hpp"

namespace troupe::admin {

void deadline::within(std::chrono::milliseconds time) {
  state_->is_late = false;
  state_->timer.expires_after(time);
  state_->timer.async_wait([weak = std::weak_ptr{state_}](boost::system::error_code error) {
    const auto kept = weak.lock();
    // The last clause: its time came just before done() put it off, and the next step is under way.
    if (error || !kept || kept->timer.expiry() > boost::asio::steady_timer::clock_type::now()) return;
    kept->is_late = true;
    kept->over.cancel();
  });
}

bool deadline::done() {
  state_->timer.expires_at(boost::asio::steady_timer::time_point::max());
  return state_->is_late;
}

}  // namespace troupe::admin
