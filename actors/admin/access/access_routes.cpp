#include "actors/admin/access/access_routes.hpp"

#include <utility>

#include "actors/admin/access/route_parts.hpp"

namespace troupe::admin {

namespace json = boost::json;

namespace {

json::object shown(const audit_entry& entry) {
  return {{"at", entry.at},         {"who", entry.who},       {"address", entry.address},
          {"action", entry.action}, {"target", entry.target}, {"outcome", entry.outcome}};
}

answer audit_page(const audit_log& log, const request& asked) {
  const auto limit = limit_of(asked);
  if (!limit) return wrong_limit();
  const auto cursor = asked.parameter("cursor");
  const auto before = whole_number(cursor);
  if (!cursor.empty() && !before) return answer::error(400, "cursor is what the page before gave as next.");
  auto page = log.before(before, *limit);
  json::array items;
  for (const auto& entry : page.entries) items.push_back(shown(entry));
  json::value next = nullptr;
  if (page.next) next = std::to_string(*page.next);
  return answer_of(200, json::object{{"items", std::move(items)}, {"next", std::move(next)}});
}

}  // namespace

std::vector<route> access_routes(const std::shared_ptr<access_control>& access) {
  std::vector<route> routes;
  add_log_in_routes(routes, access);
  add_user_routes(routes, access);
  add_key_routes(routes, access);
  routes.push_back({boost::beast::http::verb::get, "/api/v1/audit", role::admin,
                    [access](const request& asked, const reply& done) { done(audit_page(*access->audit, asked)); }});
  return routes;
}

}  // namespace troupe::admin
