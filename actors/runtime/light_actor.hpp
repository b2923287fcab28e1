#pragma once

#include <caf/behavior.hpp>
#include <caf/intrusive/lifo_inbox.hpp>
#include <caf/local_actor.hpp>
#include <caf/resumable.hpp>

#include "actors/runtime/event_loop.hpp"

namespace troupe::runtime {

/// The small class of actor: a mailbox of one word and no behaviour stack, request table or streams. It can be
/// monitored, linked and addressed from another node like any other, and it is pinned to its loop. Sessions are made of
/// it: a caf::event_based_actor costs five times the memory.
class light_actor : public caf::local_actor, public caf::resumable {
public:
  using behavior_type = caf::behavior;  // dynamically typed

  /// Precondition: `config.host` is an event_loop.
  explicit light_actor(caf::actor_config& config);

  void enqueue(caf::mailbox_element_ptr mail, caf::execution_unit* from) override;
  using caf::local_actor::enqueue;
  void launch(caf::execution_unit* on, bool lazy, bool hide) override;
  bool cleanup(caf::error&& reason, caf::execution_unit* host) override;

  resume_result resume(caf::execution_unit* on, size_t max_throughput) override;
  subtype_t subtype() const override { return unspecified; }
  void intrusive_ptr_add_ref_impl() override;
  void intrusive_ptr_release_impl() override;

  event_loop& loop() const noexcept { return loop_; }

protected:
  /// Mail from elsewhere than the loop's own direct calls. It may throw: the actor ends with the exception as reason.
  virtual void receive(caf::mailbox_element& mail) = 0;

private:
  struct mailbox_policy {
    using mapped_type = caf::mailbox_element;
    using unique_pointer = caf::mailbox_element_ptr;
  };

  void take(caf::mailbox_element& mail);

  event_loop& loop_;
  caf::intrusive::lifo_inbox<mailbox_policy> mailbox_;
};

}  // namespace troupe::runtime
