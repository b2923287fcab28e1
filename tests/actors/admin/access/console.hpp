#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <caf/test/unit_test.hpp>

#include "actors/admin/access/access_routes.hpp"
#include "tests/actors/admin/access/fake_surroundings.hpp"
#include "tests/config/temporary_file.hpp"

namespace troupe::admin::test {

using boost::beast::http::verb;

/// A console without a network: requests go through the gate to the route whose pattern is given, as the server's do.
struct console {
  troupe::test::temporary_directory folder;
  troupe::test::fake_surroundings fake;
  boost::asio::io_context service;
  std::shared_ptr<access_control> access;
  std::vector<route> routes;
  std::string cookie, csrf, address = "10.0.0.1";

  explicit console(bool secure = false) {
    access_options options;
    options.folder = folder.file("");
    options.initial_password = "correct horse";
    options.secure_cookie = secure;
    access = std::get<0>(access_control::open(options, service, fake.around()));
    routes = access_routes(access);
  }

  /// Not answered yet.
  void ask(verb method, std::string_view pattern, boost::json::object body, std::string captured, reply done,
           std::map<std::string, std::string, std::less<>> query = {}) {
    credentials shown;
    shown.method = method;
    shown.path = pattern;
    shown.address = address;
    shown.cookie = cookie;
    shown.csrf_token = csrf;
    auto verdict = access->keeper.admit(shown);
    if (auto* refused = std::get_if<answer>(&verdict)) return done(std::move(*refused));
    request asked{method,           std::string{pattern}, {captured},
                  std::move(query), std::move(body),      std::get<caller>(verdict)};
    for (const auto& each : routes) {
      if (each.method != method || each.pattern != pattern) continue;
      if (asked.who.role < each.least) return done(answer::error(asked.who.role == role::nobody ? 401 : 403, ""));
      return each.handler(asked, std::move(done));
    }
    done(answer::error(404, "no route"));
  }
  answer call(verb method, std::string_view pattern, boost::json::object body = {}, std::string captured = {},
              std::map<std::string, std::string, std::less<>> query = {}) {
    std::optional<answer> got;
    ask(
      method, pattern, std::move(body), std::move(captured), [&](answer given) { got = std::move(given); },
      std::move(query));
    service.restart();
    service.run();
    return got ? *got : answer::error(0, "no answer");
  }
  answer log_in(std::string_view user, std::string_view password) {
    auto given = call(verb::post, "/api/v1/login", {{"user", user}, {"password", password}});
    if (given.status != 200) return given;
    const auto field = header(given, "Set-Cookie");
    cookie = field.substr(0, field.find(';'));
    csrf = given.body.at("csrf").as_string();
    return given;
  }
  void log_out_here() { cookie = csrf = ""; }
  void add_user(std::string_view name, std::string_view as) {
    CAF_REQUIRE_EQUAL(
      call(verb::post, "/api/v1/users", {{"name", name}, {"password", "long enough"}, {"role", as}}).status, 201u);
  }
  static std::string header(const answer& given, std::string_view name) {
    for (const auto& [field, value] : given.header)
      if (field == name) return value;
    return {};
  }
  /// "<who> <action> <target> <outcome>" of the newest entry.
  std::string last_audit() const {
    const auto entry = access->audit->before({}, 1).entries.at(0);
    return entry.who + " " + entry.action + " " + entry.target + " " + entry.outcome;
  }
};

inline std::vector<std::string> names(const answer& given) {
  std::vector<std::string> result;
  for (const auto& item : given.body.at("items").as_array()) result.emplace_back(item.at("name").as_string());
  return result;
}

}  // namespace troupe::admin::test
