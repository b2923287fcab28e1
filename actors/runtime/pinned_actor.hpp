#pragma once

#include <string>

#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

#include "actors/runtime/event_loop.hpp"

namespace troupe::runtime {

/// An ordinary CAF actor that always runs on the loop it was spawned on, as CAF's brokers stay with their multiplexer.
class pinned_actor : public caf::event_based_actor {
public:
  /// Precondition: `config.host` is an event_loop; spawn_on() sees to it.
  explicit pinned_actor(caf::actor_config& config);

  void enqueue(caf::mailbox_element_ptr mail, caf::execution_unit* from) override;
  using caf::event_based_actor::enqueue;
  void launch(caf::execution_unit* on, bool lazy, bool hide) override;
  resume_result resume(caf::execution_unit* on, std::size_t max_throughput) override;

  event_loop& loop() const noexcept { return loop_; }
  /// Whether a handler threw: the message that was handled had no effect and may be handled by a successor.
  bool failed() const noexcept { return failed_; }

private:
  event_loop& loop_;
  bool failed_ = false;
};

/// What an exception becomes when it ends an actor: an exit reason that carries its text.
caf::error to_exit_reason(const std::exception_ptr& thrown) noexcept;
/// What an actor on a thread of its own throws ends it with what the exception says, as it does a pinned one. Of itself
/// CAF would print it to standard output, too.
void end_by_exceptions(caf::scheduled_actor& actor);
/// Ends an actor because an operator wants it to begin anew; `text` says whose wish it is: "restarted by ann". Its
/// supervisor starts it again as after a failure, but it is none.
caf::error restart_wish(std::string text);
bool is_restart_wish(const caf::error& reason) noexcept;
/// The text of such reasons, for logs and the actor tree.
std::string describe(const caf::error& reason);

/// Spawns a function-based actor whose first parameter points to a pinned_actor or a stateful_actor on top of one.
/// Thread-safe. The actor's behaviour is made on its loop.
template <class F, class... Ts>
auto spawn_on(event_loop& on, F behaviour, Ts&&... arguments) {
  caf::actor_config config{&on};
  if constexpr (sizeof...(Ts) == 0) {
    // Without arguments CAF dereferences a null pointer to their tuple: harmless, but a sanitizer ends the process.
    auto with_one = [behaviour](pinned_actor* self, caf::unit_t) { return behaviour(self); };
    return on.system().spawn_functor<caf::no_spawn_options>(std::true_type{}, config, with_one, caf::unit);
  } else {
    return on.system().spawn_functor<caf::no_spawn_options>(std::true_type{}, config, behaviour,
                                                            std::forward<Ts>(arguments)...);
  }
}

}  // namespace troupe::runtime
