#include "actors/admin/resources/resources.hpp"

#include "routing/topic.hpp"

namespace troupe::admin {

namespace {

using boost::beast::http::verb;

std::string_view text_in(const boost::json::object& body, std::string_view field) {
  const auto* found = body.if_contains(field);
  return found && found->is_string() ? std::string_view{found->get_string()} : std::string_view{};
}

/// Routed by the first loop, as a message of no client's: no access rule is asked.
void publish(inquiries& ask, const request& from, reply to) {
  const auto topic = std::string{text_in(from.body, "topic")};
  const auto* qos = from.body.if_contains("qos");
  const auto level = qos && qos->is_int64() ? qos->get_int64() : 0;
  if (check_topic_name(topic, ask.node().options.limits.topic_levels_max) != topic_error::none)
    return to(bad_request("`topic` is no topic name."));
  if (level < 0 || level > 2) return to(bad_request("`qos` is 0, 1 or 2."));
  const auto* retain = from.body.if_contains("retain");
  const auto keep = retain && retain->is_bool() && retain->get_bool();
  ask.ask(
    0,
    [topic, level, keep, payload = std::string{text_in(from.body, "payload")}](actors::station& on) {
      session::route what;
      what.body = publication::make({.topic = topic,
                                     .payload = std::as_bytes(std::span{payload}),
                                     .qos = static_cast<troupe::qos>(level),
                                     .retain = keep,
                                     .arrived = on.loop().now()});
      on.place().routes.route(std::move(what), {});
      return true;
    },
    [to](bool) { to(accepted()); });
}

}  // namespace

std::vector<route> publish_routes(inquiries& ask) {
  return {{verb::post, "/api/v1/publish", role::operates,
           [&ask](const request& from, reply to) { publish(ask, from, std::move(to)); }}};
}

}  // namespace troupe::admin
