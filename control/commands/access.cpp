#include <boost/json/array.hpp>

#include "control/commands/commands.hpp"
#include "control/terminal/escape.hpp"
#include "control/terminal/table.hpp"

namespace troupe::control {

namespace json = boost::json;
using boost::beast::http::verb;

std::string users(const api& node, const presentation& how) {
  const auto came = node.list({"users"}, {}, how.limit);
  if (how.json) return json_text(came);
  table result{{{"NAME"}, {"ROLE"}, {"LAST LOG-IN"}}};
  for (const auto& each : array_of(came.object(), "items")) {
    const auto& user = each.as_object();
    result.add({text_of(user, "name"), text_of(user, "role"), time_of(user, "last_login")});
  }
  return result.text(how.cell_columns_max) + more_text(has_more(came));
}

std::string add_user(const api& node, const presentation& how, const user_request& what) {
  const json::object body{{"name", what.name}, {"password", what.password}, {"role", what.role}};
  const auto came = node.change(verb::post, {"users"}, {}, body);
  return how.json ? json_text(came) : "";
}

std::string change_user(const api& node, const presentation& how, const user_request& what) {
  json::object body;
  if (!what.password.empty()) body["password"] = what.password;
  if (!what.role.empty()) body["role"] = what.role;
  const auto came = node.change(verb::put, {"users", what.name}, {}, body);
  return how.json ? json_text(came) : "";
}

std::string remove_user(const api& node, const presentation& how, const std::string& name) {
  const auto came = node.change(verb::delete_, {"users", name});
  return how.json ? json_text(came) : "";
}

std::string list_keys(const api& node, const presentation& how) {
  const auto came = node.list({"api-keys"}, {}, how.limit);
  if (how.json) return json_text(came);
  table result{{{"NAME"}, {"ROLE"}, {"CREATED"}, {"EXPIRES"}, {"LAST USED"}}};
  for (const auto& each : array_of(came.object(), "items")) {
    const auto& key = each.as_object();
    result.add({text_of(key, "name"), text_of(key, "role"), time_of(key, "created"), time_of(key, "expires"),
                time_of(key, "last_used")});
  }
  return result.text(how.cell_columns_max) + more_text(has_more(came));
}

std::string add_key(const api& node, const presentation& how, const key_request& what) {
  const json::object body{{"name", what.name}, {"role", what.role}, {"days", what.days}};
  const auto came = node.change(verb::post, {"api-keys"}, {}, body);
  return how.json ? json_text(came) : escaped(text_of(came.object(), "key")) + '\n';
}

std::string remove_key(const api& node, const presentation& how, const std::string& name) {
  const auto came = node.change(verb::delete_, {"api-keys", name});
  return how.json ? json_text(came) : "";
}

}  // namespace troupe::control
