#include <boost/json/array.hpp>

#include "control/commands/commands.hpp"
#include "control/terminal/escape.hpp"
#include "control/terminal/table.hpp"

namespace troupe::control {

namespace json = boost::json;
using boost::beast::http::verb;

std::string list_bans(const api& node, const presentation& how) {
  const auto came = node.list({"bans"}, {}, how.limit);
  if (how.json) return json_text(came);
  table result{{{"ID", align::right}, {"KIND"}, {"VALUE"}, {"UNTIL"}, {"BY"}, {"AT"}, {"REASON"}}};
  for (const auto& each : array_of(came.object(), "items")) {
    const auto& of = each.as_object();
    result.add({text_of(of, "id"), text_of(of, "kind"), text_of(of, "value"), time_of(of, "until"), text_of(of, "by"),
                time_of(of, "at"), text_of(of, "reason")});
  }
  return result.text(how.cell_columns_max) + more_text(has_more(came));
}

std::string add_ban(const api& node, const presentation& how, const ban_request& what) {
  json::object body{{"kind", what.kind}, {"value", what.value}};
  if (!what.reason.empty()) body["reason"] = what.reason;
  if (what.seconds > 0) body["seconds"] = what.seconds;
  const auto came = node.change(verb::post, {"bans"}, {}, body);
  return how.json ? json_text(came) : "ban " + escaped(text_of(came.object(), "id")) + '\n';
}

std::string remove_ban(const api& node, const presentation& how, const std::string& id) {
  const auto came = node.change(verb::delete_, {"bans", id});
  return how.json ? json_text(came) : "";
}

}  // namespace troupe::control
