#include "actors/auth.hpp"

#include <fstream>
#include <sstream>

#include <caf/all.hpp>

#include "actors/runtime/fault.hpp"
#include "actors/runtime/pinned_actor.hpp"
#include "config/log.hpp"

namespace troupe::actors {

caf::behavior auth(auth_actor* self, runtime::post_office* office, const config::access_options* options) {
  runtime::end_by_exceptions(*self);
  self->state.begin(office, options);
  return {
    [=](const authenticate& m) { self->state.authenticate(m); },
    [=](const reload_access&) { self->state.reload(); },
    [=](const crash_next&) { runtime::become_faulty(self); },
  };
}

void auth_state::begin(runtime::post_office* office, const config::access_options* options) {
  office_ = office;
  options_ = options;
  reload();
}

void auth_state::authenticate(const actors::authenticate& request) {
  std::string_view password{reinterpret_cast<const char*>(request.password.data()), request.password.size()};
  auto right = passwords_ && passwords_->verify(request.user_name, password);
  auto verdict = right ? mqtt::reason::success : mqtt::reason::bad_user_name_or_password;
  office_->send(request.who.loop, runtime::role::sessions, authenticated{request.who, verdict});
}

void auth_state::reload() {
  if (!options_->password_file.empty()) reload_passwords();
  if (!options_->acl_file.empty()) reload_rules();
}

void auth_state::reload_passwords() {
  auto read = troupe::auth::password_file::load(options_->password_file);
  if (auto* users = std::get_if<troupe::auth::password_file>(&read)) {
    log::info("auth", "{} users from {}", users->size(), options_->password_file);
    passwords_ = std::move(*users);
    return;
  }
  for (const auto& error : std::get<troupe::auth::password_file::errors>(read)) log::error("auth", "{}", error);
}

void auth_state::reload_rules() {
  try {
    auto rules = read_access_rules(*options_);
    log::info("auth", "{} access rules from {}", rules->size(), options_->acl_file);
    for (std::uint32_t loop = 0; loop < office_->loops(); ++loop)
      office_->send(loop, runtime::role::sessions, change_access{rules});
  } catch (const std::exception& error) {
    log::error("auth", "the access rules in force stay: {}", error.what());
  }
}

access_rules_ptr read_access_rules(const config::access_options& options) {
  if (options.acl_file.empty()) return nullptr;
  std::ifstream file{options.acl_file};
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw std::runtime_error{options.acl_file + ": cannot be read"};
  auto read = access_rules::parse(text.str(), options.acl_default_allow);
  if (auto* error = std::get_if<access_rules_error>(&read))
    throw std::runtime_error{fmt::format("{}:{}: {}", options.acl_file, error->line, error->text)};
  return std::get<access_rules_ptr>(read);
}

}  // namespace troupe::actors
