#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "actors/admin/access/access_routes.hpp"
#include "actors/admin/access/audited.hpp"
#include "actors/admin/access/route_parts.hpp"
#include "actors/auth/password_hash.hpp"

namespace troupe::admin {

namespace json = boost::json;
using boost::beast::http::verb;
using access_pointer = std::shared_ptr<access_control>;

namespace {

json::object shown(std::string_view name, const user& entry) {
  return {{"name", name}, {"role", text_of(entry.role)}, {"last_login", time_or_null(entry.last_login)}};
}

answer answer_about(const access_control& access, std::string_view name, unsigned status,
                    const std::optional<refusal>& refused) {
  if (refused) return answer_of(*refused);
  return answer_of(status, shown(name, *access.known->find_user(name)));
}

/// What the body says of a user.
struct wishes {
  std::optional<role> as;
  std::optional<std::string> password;
};

std::variant<wishes, answer> wishes_in(const json::object& body) {
  wishes result;
  if (const auto* value = body.if_contains("role")) {
    result.as = value->is_string() ? role_of(value->get_string()) : std::nullopt;
    if (!result.as) return answer::error(400, "role is viewer, operator or admin.");
  }
  if (const auto* value = body.if_contains("password")) {
    if (!value->is_string()) return answer::error(400, "password is a text.");
    result.password = value->get_string();
    if (auto wrong = wrong_password(*result.password); !wrong.empty()) return answer::error(400, wrong);
  }
  return result;
}

/// Goes on with the hash on the service's thread.
void hashed(const access_pointer& access, std::string password, reply done,
            std::function<answer(access_control&, std::string)> go_on) {
  const bool taken = access->worker.submit(
    [password = std::move(password)] { return auth::hash_password(password); },
    [weak = std::weak_ptr{access}, done, go_on = std::move(go_on)](std::optional<std::string> hash) {
      const auto alive = weak.lock();
      if (!alive) return;
      if (!hash) return done(answer::error(503, "The password could not be hashed: no memory."));
      done(go_on(*alive, *std::move(hash)));
    });
  if (!taken) done(answer::error(503, "Too many passwords wait to be hashed; try again."));
}

void create(const access_pointer& access, const request& asked, reply done) {
  const auto* name = text_in(asked.body, "name");
  auto read = wishes_in(asked.body);
  if (auto* wrong = std::get_if<answer>(&read)) return done(std::move(*wrong));
  auto& wished = std::get<wishes>(read);
  if (!name || !wished.as || !wished.password)
    return done(answer::error(400, "A user has the texts name, password and role."));
  if (auto refused = access->known->objection_to(*name)) return done(answer_of(*refused));
  hashed(access, *std::move(wished.password), std::move(done),
         [name = std::string{*name}, as = *wished.as](access_control& alive, std::string hash) {
           return answer_about(alive, name, 201, alive.known->add_user(name, as, std::move(hash)));
         });
}

void change(const access_pointer& access, const request& asked, reply done) {
  const std::string name{asked.captured_at(0)};
  auto read = wishes_in(asked.body);
  if (auto* wrong = std::get_if<answer>(&read)) return done(std::move(*wrong));
  auto& wished = std::get<wishes>(read);
  if (!wished.as && !wished.password) return done(answer::error(400, "Nothing is to be changed: password, role."));
  if (!wished.password)
    return done(answer_about(*access, name, 200, access->known->change_user(name, wished.as, std::nullopt)));
  hashed(access, *std::move(wished.password), std::move(done),
         [name, as = wished.as](access_control& alive, std::string hash) {
           return answer_about(alive, name, 200, alive.known->change_user(name, as, std::move(hash)));
         });
}

answer remove(access_control& access, const request& asked) {
  if (const auto refused = access.known->remove_user(asked.captured_at(0))) return answer_of(*refused);
  return done_without_a_body();
}

}  // namespace

void add_user_routes(std::vector<route>& routes, const access_pointer& access) {
  routes.push_back({verb::get, "/api/v1/users", role::admin, [access](const request& asked, const reply& done) {
                      done(page_by_name(access->known->book().users, asked, shown));
                    }});
  routes.push_back({verb::post, "/api/v1/users", role::admin,
                    audited(
                      access->audit, "create_user",
                      [access](const request& asked, reply done) { create(access, asked, std::move(done)); },
                      target_in_body("name"))});
  routes.push_back({verb::put, "/api/v1/users/{name}", role::admin,
                    audited(access->audit, "change_user",
                            [access](const request& asked, reply done) { change(access, asked, std::move(done)); })});
  routes.push_back({verb::delete_, "/api/v1/users/{name}", role::admin,
                    audited(access->audit, "remove_user",
                            [access](const request& asked, const reply& done) { done(remove(*access, asked)); })});
}

}  // namespace troupe::admin
