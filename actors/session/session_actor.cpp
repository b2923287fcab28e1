#include "actors/session/session_actor.hpp"

#include <caf/all.hpp>

#include "actors/runtime/fault.hpp"
#include "actors/session/session_seat.hpp"
#include "actors/workplace.hpp"

namespace troupe::actors {

session_actor::session_actor(caf::actor_config& config, session_seat& seat) : light_actor{config}, seat_{&seat} {}

void session_actor::handle(const decision& decide) {
  auto& fx = seat_->at().effects;
  try {
    decide(seat_->record(), seat_->environment(), fx);
  } catch (...) {
    fx.clear();
    throw;
  }
  seat_->apply(fx);
  seat_->carry_out(fx);
}

bool session_actor::cleanup(caf::error&& reason, caf::execution_unit* host) {
  auto why = reason;
  auto first = light_actor::cleanup(std::move(reason), host);
  if (first) seat_->actor_ended(*this, why);
  return first;
}

// What comes through the mailbox instead of the loop's own calls: nothing but system messages, which the base handles.
void session_actor::receive(caf::mailbox_element&) {}

void faulty_session_actor::handle(const decision&) { throw runtime::injected_fault{}; }

}  // namespace troupe::actors
