#include "actors/admin/resources/events.hpp"

#include <boost/json/serialize.hpp>

#include "actors/admin/history/autopsy.hpp"
#include "actors/admin/history/event_json.hpp"
#include "actors/admin/sampler.hpp"

namespace troupe::admin {

namespace {

using boost::beast::http::verb;

boost::json::array to_json(const std::vector<event>& events) {
  boost::json::array result;
  for (const auto& each : events) result.push_back(to_json(each));
  return result;
}

/// `cursor` of a list of events: the id that was given as `next`.
std::optional<std::uint64_t> before_of(const request& from) {
  const auto text = from.parameter("cursor");
  return text.empty() ? event_ring::from_newest : whole_number(text);
}

void list_events(const event_history& history, const request& from, reply to) {
  const auto limit = limit_of(from);
  const auto before = before_of(from);
  if (!limit || !before) return to(bad_request("`limit` is 1 to 1000, `cursor` what a list gave as `next`."));
  const auto found = history.ring.events_of(from.captured.at(0), *before, *limit);
  to(page(to_json(found.events), found.next == 0 ? std::string{} : std::to_string(found.next)));
}

void show_autopsy(inquiries& ask, const event_history& history, const request& from, reply to) {
  const auto client = from.captured.at(0);
  find_session(ask, client, [&ask, &history, client, to](session_ref who) {
    auto answer_with = [&history, client, to](bool connected) {
      constexpr std::size_t events_max = 100;
      const auto found = history.ring.events_of(client, event_ring::from_newest, events_max);
      if (found.events.empty() && !connected) return to(not_found("client"));
      boost::json::array sentences;
      for (const auto& each : autopsy({found.events, connected, {since_1970{sampler::now_ms()}, {}}}))
        sentences.emplace_back(each);
      to(ok(boost::json::object{{"client", client},
                                {"connected", connected},
                                {"sentences", std::move(sentences)},
                                {"events", to_json(found.events)}}));
    };
    if (!who) return answer_with(false);
    ask.ask(
      who.loop,
      [who](actors::station& on) {
        const auto* seat = on.place().sessions.find(who);
        return seat && seat->record().connected;
      },
      answer_with);
  });
}

/// Kinds that there are not are passed over. Nothing where no other is asked for: an empty filter lets everything
/// through.
std::optional<event_filter> filter_of(const request& from) {
  event_filter result{.kinds = {},
                      .client_prefix = std::string{from.parameter("client_prefix")},
                      .path_prefix = std::string{from.parameter("path_prefix")}};
  auto kinds = from.parameter("kinds");
  bool is_known = kinds.empty();
  while (!kinds.empty()) {
    const auto comma = kinds.find(',');
    if (const auto kind = event_kind_of(kinds.substr(0, comma))) {
      result.add(*kind);
      is_known = true;
    }
    kinds = comma == std::string_view::npos ? std::string_view{} : kinds.substr(comma + 1);
  }
  return is_known ? std::optional{std::move(result)} : std::nullopt;
}

}  // namespace

std::vector<route> event_routes(inquiries& ask, event_history& history) {
  return {
    {verb::get, "/api/v1/clients/{id}/events", role::viewer,
     [&history](const request& from, reply to) { list_events(history, from, std::move(to)); }},
    {verb::get, "/api/v1/clients/{id}/autopsy", role::viewer,
     [&ask, &history](const request& from, reply to) { show_autopsy(ask, history, from, std::move(to)); }},
  };
}

stream_route event_stream(inquiries& ask, event_history& history) {
  return {"/api/v1/events", role::viewer, [&ask, &history](const request& from, std::shared_ptr<stream> to) {
            auto push = [&ask, weak = std::weak_ptr{to}](const std::shared_ptr<const event>& what) {
              boost::asio::post(ask.admin(), [weak, what] {
                if (const auto open = weak.lock()) open->send(boost::json::serialize(to_json(*what)));
              });
            };
            auto filter = filter_of(from);
            if (!filter) return to->close(1008, "there is no such kind of event");
            const auto number = history.watchers.watch(*std::move(filter), std::move(push));
            if (number == 0) return to->close(1013, "too many watch already");
            to->on_close([&history, number] { history.watchers.unwatch(number); });
          }};
}

}  // namespace troupe::admin
