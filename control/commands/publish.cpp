#include "control/commands/commands.hpp"

namespace troupe::control {

std::string publish(const api& node, const presentation& how, const publish_request& what) {
  const auto came = node.change(boost::beast::http::verb::post, {"publish"}, {},
                                boost::json::object{{"topic", what.topic},
                                                    {"payload", what.payload},
                                                    {"encoding", "text"},
                                                    {"qos", what.qos},
                                                    {"retain", what.retain}});
  if (how.json) return json_text(came);
  return has_number(came.object(), "receivers") ? text_of(came.object(), "receivers") + " receivers\n" : "";
}

}  // namespace troupe::control
