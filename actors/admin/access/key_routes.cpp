#include <optional>
#include <utility>

#include "actors/admin/access/access_routes.hpp"
#include "actors/admin/access/audited.hpp"
#include "actors/admin/access/route_parts.hpp"

namespace troupe::admin {

namespace json = boost::json;
using boost::beast::http::verb;

namespace {

json::object shown(std::string_view name, const api_key& entry) {
  return {{"name", name},
          {"role", text_of(entry.role)},
          {"created", entry.created},
          {"expires", time_or_null(entry.expires)},
          {"last_used", time_or_null(entry.last_used)}};
}

answer create(access_control& access, const request& asked) {
  const auto *name = text_in(asked.body, "name"), *as = text_in(asked.body, "role");
  const auto wished = as ? role_of(*as) : std::nullopt;
  if (!name || !wished) return answer::error(400, "A key has the text name and the role viewer, operator or admin.");
  std::optional<std::int64_t> days;
  if (const auto* value = asked.body.if_contains("days"); value && !value->is_null()) {
    if (!value->is_int64()) return answer::error(400, "days is a whole number.");
    days = value->get_int64();
  }
  const auto added = access.known->add_key(*name, *wished, days);
  if (const auto* refused = std::get_if<refusal>(&added)) return answer_of(*refused);
  auto body = shown(*name, access.known->book().keys.find(std::string_view{*name})->second);
  body.emplace("key", std::get<std::string>(added));
  return answer_of(201, std::move(body));
}

answer remove(access_control& access, const request& asked) {
  if (const auto refused = access.known->remove_key(asked.captured_at(0))) return answer_of(*refused);
  return done_without_a_body();
}

}  // namespace

void add_key_routes(std::vector<route>& routes, const std::shared_ptr<access_control>& access) {
  routes.push_back({verb::get, "/api/v1/api-keys", role::admin, [access](const request& asked, const reply& done) {
                      done(page_by_name(access->known->book().keys, asked, shown));
                    }});
  routes.push_back(
    {verb::post, "/api/v1/api-keys", role::admin,
     audited(
       access->audit, "create_api_key",
       [access](const request& asked, const reply& done) { done(create(*access, asked)); }, target_in_body("name"))});
  routes.push_back({verb::delete_, "/api/v1/api-keys/{name}", role::admin,
                    audited(access->audit, "remove_api_key",
                            [access](const request& asked, const reply& done) { done(remove(*access, asked)); })});
}

}  // namespace troupe::admin
