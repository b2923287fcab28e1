#pragma once

#include <optional>

#include <caf/actor.hpp>
#include <caf/stateful_actor.hpp>

#include "actors/auth/password_file.hpp"
#include "actors/handles.hpp"
#include "actors/runtime/event_loop.hpp"
#include "config/options.hpp"

namespace troupe::actors {

/// The rules of access.acl_file; null where none is configured. Throws std::runtime_error that says file, line and what
/// is wrong.
access_rules_ptr read_access_rules(const config::access_options& options);

class auth_state;
using auth_actor = caf::stateful_actor<auth_state>;

/// Checks passwords and reads the access files. Detached: a password hash takes tens of milliseconds on purpose, and
/// files may be slow; neither may hold up a loop.
caf::behavior auth(auth_actor* self, runtime::post_office* office, const config::access_options* options);

class auth_state {
public:
  const char* name = "auth";

  void begin(runtime::post_office* office, const config::access_options* options);
  void authenticate(const actors::authenticate& request);
  /// Files with errors are logged, and what was read before stays in force.
  void reload();

private:
  void reload_passwords();
  void reload_rules();

  runtime::post_office* office_ = nullptr;
  const config::access_options* options_ = nullptr;
  std::optional<troupe::auth::password_file> passwords_;
};

}  // namespace troupe::actors
