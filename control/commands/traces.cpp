#include <boost/json/array.hpp>

#include "control/commands/commands.hpp"
#include "control/terminal/escape.hpp"
#include "control/terminal/table.hpp"

namespace troupe::control {

namespace json = boost::json;
using boost::beast::http::verb;

std::string list_traces(const api& node, const presentation& how) {
  const auto came = node.read({"traces"});
  if (how.json) return json_text(came);
  table result{
    {{"ID", align::right}, {"KIND"}, {"VALUE"}, {"RUNS"}, {"UNTIL"}, {"LINES", align::right}, {"LOST", align::right}}};
  for (const auto& each : array_of(came.object(), "items")) {
    const auto& of = each.as_object();
    result.add({text_of(of, "id"), text_of(of, "kind"), text_of(of, "value"), text_of(of, "running"),
                time_of(of, "until"), text_of(of, "lines"), text_of(of, "lost")});
  }
  return result.text(how.cell_columns_max);
}

std::string start_trace(const api& node, const presentation& how, const std::string& kind, const std::string& value,
                        std::uint32_t seconds) {
  const auto came =
    node.change(verb::post, {"traces"}, {}, json::object{{"kind", kind}, {"value", value}, {"seconds", seconds}});
  return how.json ? json_text(came) : "trace " + text_of(came.object(), "id") + "\n";
}

std::string stop_trace(const api& node, const presentation& how, const std::string& id) {
  const auto came = node.change(verb::delete_, {"traces", id});
  return how.json ? json_text(came) : "";
}

std::string trace_view::frame(const api& node, const presentation& how) {
  std::string result;
  for (auto more = true; more;) {
    const auto came = node.read({"traces", id_, "lines"}, {{"limit", "1000"}, {"cursor", cursor_}});
    cursor_ = text_of(came.object(), "end");
    more = has_more(came);
    if (how.json && !array_of(came.object(), "items").empty()) result += json_text(came);
    if (how.json) continue;
    for (const auto& each : array_of(came.object(), "items")) {
      const auto& of = each.as_object();
      result += time_of(of, "at") + "  " + escaped(text_of(of, "client")) + "  " + text_of(of, "direction") + "  " +
                escaped(text_of(of, "text")) + '\n';
    }
  }
  return result;
}

}  // namespace troupe::control
