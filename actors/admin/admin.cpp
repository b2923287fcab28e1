#include "actors/admin/admin.hpp"

#include <caf/all.hpp>

#include "actors/handles.hpp"
#include "actors/runtime/fault.hpp"
#include "actors/runtime/pinned_actor.hpp"

namespace troupe::actors {

namespace {

/// Between two looks at its mail: how long the end of the node may have to wait for it.
constexpr std::chrono::milliseconds slice{100};

}  // namespace

caf::behavior admin(caf::event_based_actor* self, troupe::admin::service* what) {
  runtime::end_by_exceptions(*self);
  self->send(self, serve_admin{});
  return {
    [=](const serve_admin&) {
      what->serve(slice);
      self->send(self, serve_admin{});
    },
    [=](const crash_next&) { runtime::become_faulty(self); },
  };
}

}  // namespace troupe::actors
