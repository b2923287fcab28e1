#include <boost/json/array.hpp>

#include "control/client/failure.hpp"
#include "control/commands/commands.hpp"
#include "control/terminal/escape.hpp"
#include "control/terminal/table.hpp"
#include "routing/utf8.hpp"

namespace troupe::control {

namespace {

std::string followed_text(const boost::json::object& of, const presentation& how) {
  table way{{{"AT", align::right}, {"STEP"}, {"ACTOR"}, {"TEXT"}}};
  for (const auto& each : array_of(of, "way")) {
    const auto& step = each.as_object();
    way.add({text_of(step, "at_us") + " us", text_of(step, "step"), text_of(step, "actor"), text_of(step, "text")});
  }
  table targets{{{"CLIENT"}, {"OUTCOME"}, {"AT", align::right}, {"TEXT"}}};
  for (const auto& each : array_of(of, "targets")) {
    const auto& target = each.as_object();
    targets.add({text_of(target, "client"), text_of(target, "outcome"), text_of(target, "at_us") + " us",
                 text_of(target, "text")});
  }
  auto result = way.text(how.cell_columns_max) + '\n';
  if (!targets.empty()) result += targets.text(how.cell_columns_max) + '\n';
  const auto& why = object_of(of, "why");
  if (!why.empty()) result += escaped(text_of(why, "client")) + ": " + escaped(text_of(why, "text")) + '\n';
  return result;
}

}  // namespace

std::string publish(const api& node, const presentation& how, const publish_request& what) {
  // In JSON it travels as text.
  if (!valid_utf8(what.payload)) throw failure{"the payload is no text in UTF-8"};
  const auto came = node.change(boost::beast::http::verb::post, {"publish"}, {},
                                boost::json::object{{"topic", what.topic},
                                                    {"payload", what.payload},
                                                    {"encoding", "text"},
                                                    {"qos", what.qos},
                                                    {"retain", what.retain},
                                                    {"follow", what.follow},
                                                    {"client", what.client}});
  if (how.json) return json_text(came);
  const auto followed = what.follow ? followed_text(came.object(), how) : std::string{};
  return followed +
         (has_number(came.object(), "receivers") ? "receivers: " + text_of(came.object(), "receivers") + "\n" : "");
}

}  // namespace troupe::control
