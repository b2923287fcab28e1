#include "actors/listeners.hpp"

#include <caf/all.hpp>

#include "actors/runtime/fault.hpp"
#include "config/log.hpp"

namespace troupe::actors {

namespace {

void reload(transport::listener& what) {
  if (!what.speaks_tls()) return;
  try {
    what.reload_tls();
    log::info("listener", "{}: certificates are read again", what.options().name);
  } catch (const std::exception& error) {
    log::error("listener", "{}: the certificates in use stay: {}", what.options().name, error.what());
  }
}

}  // namespace

caf::behavior listener(listener_actor* self, std::shared_ptr<transport::listener> what,
                       std::vector<station*> stations) {
  return {
    [=](const reload_certificates&) { reload(*what); },
    [=](const stop_listening&) {
      for (auto* each : stations)
        each->loop().run_soon([each, name = what->options().name] { each->stop_listening(name); });
    },
    [=](const crash_next&) { runtime::become_faulty(self); },
  };
}

}  // namespace troupe::actors
