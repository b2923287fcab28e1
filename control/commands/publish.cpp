#include "control/client/failure.hpp"
#include "control/commands/commands.hpp"
#include "routing/utf8.hpp"

namespace troupe::control {

std::string publish(const api& node, const presentation& how, const publish_request& what) {
  // In JSON it travels as text.
  if (!valid_utf8(what.payload)) throw failure{"the payload is no text in UTF-8"};
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
