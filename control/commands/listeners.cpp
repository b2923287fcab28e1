#include <boost/json/array.hpp>

#include "control/commands/commands.hpp"
#include "control/terminal/table.hpp"

namespace troupe::control {

std::string listeners(const api& node, const presentation& how) {
  const auto came = node.list({"listeners"}, {}, how.limit);
  if (how.json) return json_text(came);
  table result{{{"NAME"},
                {"TYPE"},
                {"BIND"},
                {"ENABLED"},
                {"CONNECTIONS", align::right},
                {"ACCEPTED", align::right},
                {"REFUSED", align::right}}};
  for (const auto& each : array_of(came.object(), "items")) {
    const auto& listener = each.as_object();
    result.add({text_of(listener, "name"), text_of(listener, "type"), text_of(listener, "bind"),
                text_of(listener, "enabled"), text_of(listener, "connections"), text_of(listener, "accepted"),
                text_of(listener, "refused")});
  }
  return result.text(how.cell_columns_max) + more_text(has_more(came));
}

std::string change_listener(const api& node, const presentation& how, const std::string& name,
                            const std::string& what) {
  const auto came = node.change(boost::beast::http::verb::post, {"listeners", name, what});
  return how.json ? json_text(came) : "";
}

}  // namespace troupe::control
