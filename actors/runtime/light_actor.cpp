#include "actors/runtime/light_actor.hpp"

#include <caf/all.hpp>
#include <caf/detail/sync_request_bouncer.hpp>

#include "actors/runtime/pinned_actor.hpp"

namespace troupe::runtime {

namespace {

/// Turns the newest-first list that a lifo inbox hands out into arrival order.
caf::mailbox_element* arrival_order(caf::mailbox_element::node_type* newest) noexcept {
  caf::mailbox_element::node_type* oldest = nullptr;
  while (newest) {
    auto* next = newest->next;
    newest->next = oldest;
    oldest = std::exchange(newest, next);
  }
  return static_cast<caf::mailbox_element*>(oldest);
}

}  // namespace

light_actor::light_actor(caf::actor_config& config)
  : caf::local_actor{config},
    loop_{*static_cast<event_loop*>(config.host)} {
  mailbox_.try_block();
}

void light_actor::enqueue(caf::mailbox_element_ptr mail, caf::execution_unit*) {
  auto sender = mail->sender;
  auto id = mail->mid;
  switch (mailbox_.push_front(std::move(mail))) {
    case caf::intrusive::inbox_result::unblocked_reader:
      intrusive_ptr_add_ref_impl();
      loop_.exec_later(this);
      break;
    case caf::intrusive::inbox_result::queue_closed:
      if (id.is_request()) {
        caf::detail::sync_request_bouncer bounce{caf::exit_reason::unreachable};
        bounce(sender, id);
      }
      break;
    case caf::intrusive::inbox_result::success: break;
  }
}

void light_actor::launch(caf::execution_unit*, bool, bool) {
  register_at_system();  // else await_all_actors_done() would not wait for it
}

bool light_actor::cleanup(caf::error&& reason, caf::execution_unit* host) {
  if (!mailbox_.closed()) {
    caf::detail::sync_request_bouncer bounce{reason};
    auto refuse = [&](caf::mailbox_element* mail) {
      caf::mailbox_element_ptr owned{mail};
      bounce(*owned);
    };
    mailbox_.close(refuse);
  }
  // Not local_actor::cleanup: it ends in a push to the clock's bounded, blocking ring, which could stall the loop.
  auto first = monitorable_actor::cleanup(std::move(reason), host);
  if (first) unregister_from_system();
  return first;
}

void light_actor::take(caf::mailbox_element& mail) {
  if (mail.content().match_elements<caf::exit_msg>()) {
    auto& exit = mail.content().get_mutable_as<caf::exit_msg>(0);
    if (exit.reason) cleanup(std::move(exit.reason), &loop_);  // a linked actor that ended normally ends nobody
    return;
  }
  try {
    receive(mail);
  } catch (...) {
    cleanup(to_exit_reason(std::current_exception()), &loop_);
  }
}

caf::resumable::resume_result light_actor::resume(caf::execution_unit*, size_t) {
  context(&loop_);
  while (!mailbox_.closed()) {
    auto* mail = arrival_order(mailbox_.take_head());
    if (!mail && mailbox_.try_block()) return awaiting_message;
    while (mail) {
      caf::mailbox_element_ptr owned{std::exchange(mail, static_cast<caf::mailbox_element*>(mail->next))};
      if (!mailbox_.closed())
        take(*owned);
      else
        bounce(owned, caf::make_error(caf::exit_reason::unreachable));
    }
  }
  return done;
}

void light_actor::intrusive_ptr_add_ref_impl() { caf::intrusive_ptr_add_ref(ctrl()); }

void light_actor::intrusive_ptr_release_impl() { caf::intrusive_ptr_release(ctrl()); }

}  // namespace troupe::runtime
