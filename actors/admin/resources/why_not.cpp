#include "actors/admin/resources/why_not.hpp"

#include <algorithm>
#include <vector>

#include "actors/admin/resources/resources.hpp"
#include "actors/durability/durability.hpp"
#include "routing/topic.hpp"

namespace troupe::admin {

namespace {

constexpr std::size_t nearest_max = 3;

/// Levels at the beginning that a filter and a topic have in common.
std::size_t likeness(std::string_view filter, std::string_view topic) {
  level_reader a{match_part(filter)}, b{topic};
  std::size_t result = 0;
  while (!a.done() && !b.done()) {
    const auto level = a.next();
    if (level == "#") return result + 1;
    const auto other = b.next();
    if (level != "+" && level != other) break;
    ++result;
  }
  return result;
}

std::string nearest(std::vector<std::string> filters, std::string_view topic) {
  if (filters.empty()) return "it has no subscriptions";
  std::ranges::stable_sort(filters, std::greater{}, [&](const auto& each) { return likeness(each, topic); });
  filters.resize(std::min(filters.size(), nearest_max));
  std::string result = "none of its filters matches; the nearest are";
  for (const auto& each : filters) result += (&each == filters.data() ? " " : ", ") + each;
  return result;
}

std::string judge(const actors::session_seat& seat, std::string_view topic, session_ref publisher) {
  constexpr std::size_t looked_at_max = 10'000;
  std::vector<std::string> others;
  auto shared = false, own = false, plain = false;
  seat.record().subscriptions.for_each([&](const subscription& each) {
    const auto filter = each.filter.view();
    if (!matches(match_part(filter), topic)) {
      if (others.size() < looked_at_max) others.emplace_back(filter);
    } else if (split_share(filter)) {
      shared = true;
    } else if (each.options.no_local && seat.self() == publisher) {
      own = true;
    } else {
      plain = true;
    }
  });
  if (plain) return "its filter matches, but it is not among the receivers that are listed, or subscribed only now";
  if (own) return "No Local: it published the message itself";
  if (shared) return "its shared subscription matches, and another member of the group was chosen";
  return nearest(std::move(others), topic);
}

}  // namespace

void why_not(inquiries& ask, const std::string& client, const std::string& topic, session_ref publisher,
             std::function<void(std::string)> then) {
  find_session(ask, client, [&ask, topic, publisher, then = std::move(then)](session_ref who) {
    if (!who) return then("there is no such session: it is not connected, and nothing is kept for it");
    auto& station = *ask.node().stations[who.loop];
    station.loop().run_soon([&ask, &station, who, topic, publisher, then] {
      auto seen = [&ask, topic, publisher, then](const actors::session_seat* seat) {
        auto text = seat ? judge(*seat, topic, publisher) : std::string{"its session cannot be read"};
        boost::asio::post(ask.admin(), [text = std::move(text), then] { then(text); });
      };
      if (station.place().durable)
        station.place().durable->sleepers().wake(who, seen);
      else
        seen(station.place().sessions.find(who));
    });
  });
}

}  // namespace troupe::admin
