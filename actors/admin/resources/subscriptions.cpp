#include <memory>

#include "actors/admin/resources/resources.hpp"
#include "actors/admin/session_view.hpp"
#include "actors/admin/session_walk.hpp"

namespace troupe::admin {

namespace {

constexpr std::size_t of_one_session_max = 1000;

/// The subscriptions of one session, as many as an answer may hold of it.
struct session_subscriptions {
  std::string client_id;
  std::vector<subscription> found;
};

// A page ends with a session: one with very many subscriptions makes it longer, and shows the first of them.
void list_subscriptions(inquiries& ask, const request& from, reply to) {
  const auto limit = limit_of(from);
  const auto position = session_position::of(from.parameter("cursor"));
  if (!limit || !position) return to(bad_request("`limit` is 1 to 1000, `cursor` what a list gave as `next`."));
  auto items = std::make_shared<boost::json::array>();
  session_walk<session_subscriptions>::begin(
    ask, *position, *limit,
    [client = std::string{from.parameter("client")}, filter = std::string{from.parameter("filter")}](
      actors::station&, const session_place& place) -> std::optional<session_subscriptions> {
      if (!place.seat || place.seat->record().subscriptions.empty()) return {};
      const auto& record = place.seat->record();
      if (!client.empty() && record.client_id.view() != client) return {};
      session_subscriptions result{std::string{record.client_id.view()}, {}};
      record.subscriptions.for_each([&](const subscription& each) {
        if ((filter.empty() || each.filter.view() == filter) && result.found.size() < of_one_session_max)
          result.found.push_back(each);
      });
      return result.found.empty() ? std::nullopt : std::optional{std::move(result)};
    },
    [items, limit](const std::vector<session_subscriptions>& sessions) -> std::size_t {
      for (const auto& session : sessions)
        for (const auto& each : session.found) items->push_back(subscription_json(session.client_id, each));
      return items->size() >= *limit ? 0 : *limit - items->size();
    },
    [items, to](std::optional<session_position> next) {
      to(page(std::move(*items), next ? next->cursor() : std::string{}));
    });
}

}  // namespace

std::vector<route> subscription_routes(inquiries& ask) {
  return {{boost::beast::http::verb::get, "/api/v1/subscriptions", role::viewer,
           [&ask](const request& from, reply to) { list_subscriptions(ask, from, std::move(to)); }}};
}

}  // namespace troupe::admin
