#pragma once

#include <memory>
#include <vector>

#include "actors/admin/access/access_control.hpp"
#include "actors/admin/http/exchange.hpp"

namespace troupe::admin {

/// The calls about who may ask: all of the below, and /audit.
std::vector<route> access_routes(const std::shared_ptr<access_control>& access);

/// /login, /logout, /session
void add_log_in_routes(std::vector<route>& routes, const std::shared_ptr<access_control>& access);
/// /users
void add_user_routes(std::vector<route>& routes, const std::shared_ptr<access_control>& access);
/// /api-keys
void add_key_routes(std::vector<route>& routes, const std::shared_ptr<access_control>& access);

}  // namespace troupe::admin
