#include "actors/runtime/seat.hpp"

#include <algorithm>

#include <caf/all.hpp>

namespace troupe::runtime {

void seat::occupy(const caf::actor& who) {
  handle_ = who;
  actor_ = static_cast<pinned_actor*>(caf::actor_cast<caf::abstract_actor*>(who));
  // Its behaviour is made now, not with its first message: it may put the seat on hold before that is chosen.
  if (!actor_->activate(&loop_)) vacate();
}

void seat::push(caf::mailbox_element_ptr mail, mail_class urgency) {
  auto& queue = urgency == mail_class::rebuilding ? rebuilding_ : ordinary_;
  queue.push_back({std::move(mail), loop_.now()});
}

time_point seat::oldest() const noexcept {
  auto result = time_point::max();
  for (const auto* queue : {&ordinary_, &rebuilding_})
    if (!queue->empty()) result = std::min(result, queue->front().since);
  return result;
}

bool seat::dispatch(std::size_t most) {
  if (most == 0 || !ready()) return ready();
  const transport::at_work mark{loop_.mark(), actor_->id()};
  while (most-- > 0 && ready()) handle_front(next_queue());
  return ready();
}

void seat::handle_front(std::deque<envelope>& queue) {
  // The handler may post to this very seat: a deque keeps the front where it is.
  auto keep_alive = handle_;
  auto* actor = actor_;
  if (actor->getf(caf::abstract_actor::is_terminated_flag)) return vacate();  // ended by an exit message: mail waits
  auto result = actor->activate(&loop_, *queue.front().mail);
  if (result != caf::scheduled_actor::activation_result::terminated) {
    ++handled_;
    queue.pop_front();
    return;
  }
  if (actor_ == actor) vacate();
  if (actor->failed())
    after_failure(queue);
  else
    queue.pop_front();
}

void seat::after_failure(std::deque<envelope>& queue) {
  auto& failed = queue.front();
  if (!failed.failed_once) {
    failed.failed_once = true;
    return;
  }
  ++refused_;
  if (refuse_) refuse_(*failed.mail);
  queue.pop_front();
}

}  // namespace troupe::runtime
