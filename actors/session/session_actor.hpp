#pragma once

#include <memory>

#include "actors/runtime/light_actor.hpp"
#include "actors/session/protocol/protocol.hpp"

namespace troupe::actors {

class session_seat;

/// A decision of the protocol with its input bound: what one handler does. Refers to a callable that outlives the call.
class decision {
public:
  template <class F>
  decision(const F& decide)  // NOLINT: meant to convert
    : object_{&decide},
      call_{[](const void* object, const session::record& of, const session::environment& env, session::effects& fx) {
        (*static_cast<const F*>(object))(of, env, fx);
      }} {}

  void operator()(const session::record& of, const session::environment& env, session::effects& fx) const {
    call_(object_, of, env, fx);
  }

private:
  const void* object_;
  void (*call_)(const void*, const session::record&, const session::environment&, session::effects&);
};

/// The actor of one connection. It decides through the pure protocol and carries the effects out; what it works on,
/// record and link, is its seat's and outlives it. It knows no two inputs apart: a handler is a decision.
class session_actor : public runtime::light_actor {
public:
  session_actor(caf::actor_config& config, session_seat& seat);

  /// Decides and carries out; if deciding throws, nothing has happened.
  virtual void handle(const decision& decide);

  const char* name() const override { return "session"; }
  bool cleanup(caf::error&& reason, caf::execution_unit* host) override;

protected:
  void receive(caf::mailbox_element& mail) override;

private:
  session_seat* seat_;
};

/// A session whose next handler throws: what fault injection seats in place of the usual one.
class faulty_session_actor final : public session_actor {
public:
  using session_actor::session_actor;
  void handle(const decision& decide) override;
};

}  // namespace troupe::actors
