#include <chrono>

#include "actors/admin/http/base64.hpp"
#include "actors/admin/resources/resources.hpp"
#include "actors/admin/retained_removal.hpp"
#include "actors/admin/topic_walk.hpp"
#include "routing/topic.hpp"
#include "transport/mqtt/properties.hpp"

namespace troupe::admin {

namespace {

using boost::beast::http::verb;

constexpr std::size_t payload_shown_max = 1024 * 1024;     ///< bytes; of a longer one the first are shown
constexpr std::size_t page_topic_bytes_max = 1024 * 1024;  ///< a page with longer topics ends early

// --- as JSON --------------------------------------------------------------------------------------------------------

/// Milliseconds since 1970; null for `none`, which stands for a time that there is not.
boost::json::value time_json(time_point of, time_point none) {
  if (of == none) return nullptr;
  const auto at = std::chrono::system_clock::now() + (of - node_clock::now());
  return boost::json::value(std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch()).count());
}

boost::json::object retained_json(const retained_index::kept& of) {
  return {{"topic", of.what->topic()},
          {"bytes", of.what->payload().size()},
          {"qos", static_cast<int>(of.what->qos())},
          {"expires_at", time_json(of.what->expires(), time_point::max())},
          {"since", time_json(of.since, {})}};
}

/// What its publisher said of it besides the payload (MQTT 5, 3.3.2.3); null for what it did not.
void append_properties(const publication& of, boost::json::object& to) {
  for (const auto* name : {"content_type", "payload_format", "response_topic", "correlation_data"}) to[name] = nullptr;
  boost::json::array users;
  auto run = of.properties();
  while (const auto next = mqtt::next_property(run)) {
    switch (next->id) {
      case mqtt::property::content_type: to["content_type"] = next->text(); break;
      case mqtt::property::payload_format_indicator: to["payload_format"] = next->number == 1 ? "text" : "bytes"; break;
      case mqtt::property::response_topic: to["response_topic"] = next->text(); break;
      case mqtt::property::correlation_data: to["correlation_data"] = to_base64(next->value); break;
      case mqtt::property::user_property: users.push_back({{"name", next->name}, {"value", next->text()}}); break;
      default: break;
    }
  }
  to["user_properties"] = std::move(users);
}

boost::json::object message_json(const retained_index::kept& of) {
  auto result = retained_json(of);
  const auto payload = of.what->payload();
  result["payload"] = to_base64(payload.first(std::min(payload.size(), payload_shown_max)));
  result["payload_is_cut"] = payload.size() > payload_shown_max;
  append_properties(*of.what, result);
  return result;
}

// --- calls ----------------------------------------------------------------------------------------------------------

retained_index::place begin_of(const std::string& prefix, const list_cursor& after) {
  if (after.at_beginning()) return {prefix, false};
  const auto last = std::string{after.last()};
  return after.is_cut() ? retained_index::place{last + '\xFF', false} : retained_index::place{last, true};
}

answer retained_page(const std::vector<retained_index::kept>& found, std::size_t limit) {
  boost::json::array items;
  std::string next;
  std::size_t bytes = 0;
  for (const auto& each : found) {
    if (items.size() == limit || bytes >= page_topic_bytes_max) {
      next = list_cursor::behind(items.back().at("topic").as_string()).text();
      break;
    }
    items.push_back(retained_json(each));
    bytes += each.what->topic().size();
  }
  return page(std::move(items), next);
}

/// GET /retained?prefix=: those whose topic begins with this text, in the order of topics that takes a slash for the
/// first character, so that a topic is followed by all below it. `bytes` are the payload's.
void list_retained(inquiries& ask, const request& from, reply to) {
  const auto limit = limit_of(from);
  const auto cursor = list_cursor::parse(from.parameter("cursor"));
  if (!limit || !cursor) return to(bad_request("`limit` is 1 to 1000, `cursor` what a list gave as `next`."));
  const auto prefix = std::string{from.parameter("prefix")};
  read_retained(ask, {prefix, begin_of(prefix, *cursor), *limit + 1},
                [limit, to](const std::vector<retained_index::kept>& found) { to(retained_page(found, *limit)); });
}

void show_retained(inquiries& ask, const request& from, reply to) {
  ask.ask(
    shard_of(from.captured.at(0), ask.loops()),
    [topic = from.captured.at(0)](actors::station& on) {
      return on.place().retained.index.look_up(topic, on.loop().now());
    },
    [to](const retained_index::kept& found) {
      to(found.what ? ok(message_json(found)) : not_found("retained message"));
    });
}

void delete_retained(inquiries& ask, const request& from, reply to) {
  remove_retained(ask, from.captured.at(0), [to](removal done) {
    if (done.more) return to(answer::error(503, "The shard of this topic has not removed it yet."));
    to(done.removed == 0 ? not_found("retained message") : no_content());
  });
}

/// DELETE /retained?prefix=: `more` says that it was given up, and that the same call goes on.
void delete_retained_below(inquiries& ask, const request& from, reply to) {
  auto prefix = std::string{from.parameter("prefix")};
  if (prefix.empty()) return to(bad_request("`prefix` is missing: what the topics begin with."));
  remove_retained_below(ask, std::move(prefix), [to](removal done) {
    to(ok(boost::json::object{{"removed", done.removed}, {"more", done.more}}));
  });
}

}  // namespace

std::vector<route> retained_routes(inquiries& ask) {
  auto with = [&ask](auto handle) {
    return [&ask, handle](const request& from, reply to) { handle(ask, from, std::move(to)); };
  };
  return {
    {verb::get, "/api/v1/retained", role::viewer, with(list_retained)},
    {verb::delete_, "/api/v1/retained", role::operates, with(delete_retained_below)},
    {verb::get, "/api/v1/retained/{topic}", role::viewer, with(show_retained)},
    {verb::delete_, "/api/v1/retained/{topic}", role::operates, with(delete_retained)},
  };
}

}  // namespace troupe::admin
