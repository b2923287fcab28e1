#include <string>
#include <utility>

#include <fmt/format.h>

#include "actors/admin/access/access_routes.hpp"
#include "actors/admin/access/audited.hpp"
#include "actors/admin/access/route_parts.hpp"
#include "actors/auth/password_hash.hpp"
#include "config/log.hpp"

namespace troupe::admin {

namespace json = boost::json;
using boost::beast::http::verb;

namespace {

std::string cookie_field(std::string_view value, bool secure, std::string_view more = {}) {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict{}{}", session_cookie, value, secure ? "; Secure" : "",
                     more);
}

answer not_before(unsigned status, std::chrono::seconds wait, std::string_view sentence) {
  auto refused = answer::error(status, sentence);
  refused.header.emplace_back("Retry-After", std::to_string(wait.count()));
  return refused;
}

json::object session_of(std::string_view name, role as, json::value csrf) {
  return {{"user", name}, {"role", text_of(as)}, {"csrf", std::move(csrf)}};
}

bool matches(const std::string& hash, const std::string& password) {
  const auto parsed = auth::password_hash::parse(hash);
  const auto* readable = std::get_if<auth::password_hash>(&parsed);
  return readable && readable->matches(password);
}

/// One attempt, from its request to its answer.
struct attempt {
  caller who;
  std::string user;
  std::string hash;    ///< that the password is checked against
  bool known = false;  ///< whether it is that of the user
  reply done;
};

answer refuse(access_control& access, const attempt& made) {
  // Not the name of a user that there is not: people type their password into the wrong field.
  access.audit->record_failure({.who = {},
                                .address = made.who.address,
                                .action = "log_in",
                                .target = made.known ? made.user : "an unknown user",
                                .outcome = "401: the password is wrong"});
  log::peer_event("admin", log::level::warning, "a log-in from {} failed", made.who.address);
  return answer::error(401, "The user name or the password is wrong.");
}

answer log_in(access_control& access, const attempt& made) {
  const auto begun = access.sessions.begin(made.user);
  if (!begun) return answer::error(503, "The system gave no random bytes.");
  if (!made.who.session.empty()) access.sessions.end(made.who.session);  // the browser forgets it with this answer
  access.failures.succeeded(made.who.address, made.user);
  access.known->logged_in(made.user);
  access.audit->record(
    {.who = made.user, .address = made.who.address, .action = "log_in", .target = {}, .outcome = "done"});
  auto given =
    answer_of(200, session_of(made.user, access.known->find_user(made.user)->role, json::value(begun->csrf)));
  given.header.emplace_back("Set-Cookie", cookie_field(begun->cookie, access.options.secure_cookie));
  return given;
}

void checked(access_control& access, const attempt& made, bool matched) {
  const auto* user = access.known->find_user(made.user);
  // Looked up anew: meanwhile the user may be gone or have another password.
  const bool right = matched && made.known && user && user->password_hash == made.hash;
  made.done(right ? log_in(access, made) : refuse(access, made));
}

void begin_log_in(const std::shared_ptr<access_control>& access, const request& asked, reply done) {
  const auto *name = text_in(asked.body, "user"), *password = text_in(asked.body, "password");
  if (!name || !password) return done(answer::error(400, "A log-in has the texts user and password."));
  if (access->worker.full())
    return done(not_before(503, std::chrono::seconds{1}, "Too many log-ins are waiting; try again."));
  const std::string_view user{*name};
  if (const auto wait = access->failures.attempt(asked.who.address, user))
    return done(not_before(429, *wait, fmt::format("Too many attempts failed; try again in {} s.", wait->count())));

  const auto* known = access->known->find_user(user);
  attempt made{asked.who, std::string{user}, known ? known->password_hash : access->dummy_hash, known != nullptr,
               std::move(done)};
  // What no password can be is not read by argon2id, whoever the user is.
  std::string tried = wrong_password(*password).empty() ? std::string{*password} : std::string{};
  auto check = [hash = made.hash, tried = std::move(tried)] { return matches(hash, tried); };
  access->worker.submit(std::move(check), [weak = std::weak_ptr{access}, made = std::move(made)](bool matched) {
    if (const auto alive = weak.lock()) checked(*alive, made, matched);
  });
}

answer log_out(access_control& access, const request& asked) {
  access.sessions.end(asked.who.session);
  auto given = done_without_a_body();
  given.header.emplace_back("Set-Cookie", cookie_field("", access.options.secure_cookie, "; Max-Age=0"));
  return given;
}

answer own_session(access_control& access, const request& asked) {
  const auto* session = access.sessions.find(asked.who.session);
  return answer_of(200, session_of(asked.who.name, asked.who.role, session ? json::value(session->csrf) : nullptr));
}

}  // namespace

void add_log_in_routes(std::vector<route>& routes, const std::shared_ptr<access_control>& access) {
  routes.push_back({verb::post, "/api/v1/login", role::nobody,
                    [access](const request& asked, reply done) { begin_log_in(access, asked, std::move(done)); }});
  routes.push_back({verb::post, "/api/v1/logout", role::viewer,
                    audited(access->audit, "log_out",
                            [access](const request& asked, const reply& done) { done(log_out(*access, asked)); })});
  routes.push_back({verb::get, "/api/v1/session", role::viewer,
                    [access](const request& asked, const reply& done) { done(own_session(*access, asked)); }});
}

}  // namespace troupe::admin
