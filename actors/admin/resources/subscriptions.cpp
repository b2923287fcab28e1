#include <memory>

#include "actors/admin/resources/resources.hpp"
#include "actors/admin/session_view.hpp"
#include "actors/admin/session_walk.hpp"

namespace troupe::admin {

namespace {

/// The subscriptions of one session that are on a page.
struct session_subscriptions {
  std::string client_id;
  std::vector<subscription> found;
};

/// A page while it is filled. The loop that is asked touches it, and the admin's thread in between.
struct subscription_page {
  session_position from;
  std::string client, filter;           ///< empty: any
  std::size_t room = 0;                 ///< subscriptions that still fit
  std::optional<session_position> cut;  ///< where the next one begins, when that is inside of a session

  /// Runs on the loop.
  std::optional<session_subscriptions> look(const session_place& place) {
    if (cut || !place.seat) return {};
    const auto& record = place.seat->record();
    if (record.subscriptions.empty() || (!client.empty() && record.client_id.view() != client)) return {};
    session_subscriptions result{std::string{record.client_id.view()}, {}};
    const auto is_first = place.who.loop == from.loop && place.who.slot == from.slot;
    const auto passed = is_first ? from.passed : 0;
    std::uint32_t number = 0;
    record.subscriptions.for_each([&](const subscription& each) {
      if (!filter.empty() && each.filter.view() != filter) return;
      if (number++ < passed || cut) return;
      if (room == 0) {
        cut = session_position{place.who.loop, place.who.slot, number - 1};
        return;
      }
      --room;
      result.found.push_back(each);
    });
    return result.found.empty() ? std::nullopt : std::optional{std::move(result)};
  }
};

// A session with very many subscriptions goes on on the next page. What it adds or drops in between may be missed.
void list_subscriptions(inquiries& ask, const request& from, reply to) {
  const auto limit = limit_of(from);
  const auto position = session_position::of(from.parameter("cursor"));
  if (!limit || !position) return to(bad_request("`limit` is 1 to 1000, `cursor` what a list gave as `next`."));
  auto items = std::make_shared<boost::json::array>();
  auto filled = std::make_shared<subscription_page>(subscription_page{
    *position, std::string{from.parameter("client")}, std::string{from.parameter("filter")}, *limit, {}});
  session_walk<session_subscriptions>::begin(
    ask, *position, *limit, [filled](actors::station&, const session_place& place) { return filled->look(place); },
    [items, filled](const std::vector<session_subscriptions>& sessions) -> std::size_t {
      for (const auto& session : sessions)
        for (const auto& each : session.found) items->push_back(subscription_json(session.client_id, each));
      return filled->cut ? 0 : filled->room;
    },
    [items, filled, to](std::optional<session_position> next) {
      if (filled->cut) next = filled->cut;
      to(page(std::move(*items), next ? next->cursor() : std::string{}));
    });
}

}  // namespace

std::vector<route> subscription_routes(inquiries& ask) {
  return {{boost::beast::http::verb::get, "/api/v1/subscriptions", role::viewer,
           [&ask](const request& from, reply to) { list_subscriptions(ask, from, std::move(to)); }}};
}

}  // namespace troupe::admin
