#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "config/nearest.hpp"
#include "control/client/failure.hpp"
#include "control/commands/commands.hpp"
#include "control/terminal/table.hpp"

namespace troupe::control {

namespace json = boost::json;

namespace {

constexpr std::size_t options_max = 10'000;  ///< more than any node has, whatever --limit says

std::string option_text(const json::object& of) {
  figures result;
  for (const auto* field : {"name", "value", "default", "origin"}) result.add(field, text_of(of, field));
  if (const auto place = text_of(of, "place"); !place.empty() && place != "-") result.add("place", place);
  result.add("changeable", text_of(of, "changeable"));
  result.add("effect", text_of(of, "effect"));
  result.add("description", text_of(of, "description"));
  return result.text();
}

std::string options_text(const std::vector<json::object>& options, const presentation& how) {
  table result{{{"NAME"}, {"VALUE"}, {"ORIGIN"}}};
  for (const auto& each : options) result.add({text_of(each, "name"), text_of(each, "value"), text_of(each, "origin")});
  return result.text(how.cell_columns_max);
}

}  // namespace

std::string show_config(const api& node, const presentation& how, const std::string& name) {
  auto came = node.list({"config"}, {}, options_max);
  if (name.empty() && how.json) return json_text(came);
  std::vector<json::object> found;
  std::vector<std::string> names;
  for (const auto& each : array_of(came.object(), "items")) {
    const auto& option = each.as_object();
    names.push_back(text_of(option, "name"));
    const auto exact = names.back() == name;
    if (exact) found.clear();
    if (exact || name.empty() || names.back().starts_with(name + '.')) found.push_back(option);
    if (exact) break;
  }
  if (found.empty())
    throw failure{"there is no option '" + name + "': did you mean '" + config::nearest(name, names) + "'?"};
  const auto one = found.size() == 1 && text_of(found.front(), "name") == name;
  if (!how.json) return one ? option_text(found.front()) : options_text(found, how);
  if (one) return json_text({json::serialize(found.front()), {}});
  return json_text(
    {json::serialize(json::object{{"items", json::array(found.begin(), found.end())}, {"next", nullptr}}), {}});
}

std::string set_config(const api& node, const presentation& how, const std::string& name, const std::string& value) {
  const auto came = node.change(boost::beast::http::verb::put, {"config", name}, {}, json::object{{"value", value}});
  return how.json ? json_text(came) : "";
}

}  // namespace troupe::control
