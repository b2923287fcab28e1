#include "actors/runtime/fault.hpp"

#include <caf/all.hpp>

namespace troupe::runtime {

void become_faulty(caf::event_based_actor* self) {
  self->set_default_handler(
    [](caf::scheduled_actor*, caf::message_view&) -> caf::result<caf::message> { throw injected_fault{}; });
  self->become(caf::behavior{[](caf::unit_t) {}});
}

}  // namespace troupe::runtime
