
#include "actors/admin/resources/resources.hpp"
#include "actors/admin/sampler.hpp"
#include "actors/admin/session_walk.hpp"

namespace troupe::admin {

namespace {

using boost::beast::http::verb;

boost::json::object metrics_json(const node_totals& of, std::uint64_t restarts, std::uint64_t banned) {
  return {{"sessions", of.sessions},
          {"connections", of.connected},
          {"connections_accepted", of.connections_accepted},
          {"connections_refused", of.connections_refused},
          {"connections_banned", banned},
          {"messages_received", of.received},
          {"messages_sent", of.sent},
          {"bytes_received", of.bytes_received},
          {"bytes_sent", of.bytes_sent},
          {"protocol_errors", of.protocol_errors},
          {"actor_restarts", restarts},
          {"memory_bytes", actors::resident_bytes()}};
}

/// What became of what was published. Fan-out counts: one publication may be delivered, queued and dropped many times.
boost::json::object drops_json(const node_totals& of, std::uint64_t queued) {
  boost::json::object dropped;
  for (std::size_t i = 0; i < of.dropped.size(); ++i)
    dropped[session::to_string(static_cast<session::drop_reason>(i))] = of.dropped[i];
  return {{"published", of.received}, {"delivered", of.sent}, {"queued", queued}, {"dropped", std::move(dropped)}};
}

std::vector<std::string_view> names_in(std::string_view list) {
  std::vector<std::string_view> result;
  while (!list.empty()) {
    const auto comma = list.find(',');
    result.push_back(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
  }
  return result;
}

void show_history(const sampler& figures, const request& from, reply to) {
  constexpr std::uint32_t minutes_max = 24 * 60;
  constexpr std::size_t points_max = 1000;
  const auto asked = from.parameter("minutes");
  const auto minutes = asked.empty() ? 60 : whole_number(asked).value_or(0);
  if (minutes == 0 || minutes > minutes_max) return to(bad_request("`minutes` is 1 to 1440."));
  auto names = names_in(from.parameter("names"));
  if (names.empty()) names.assign(figures.history().names().begin(), figures.history().names().end());
  const auto found = figures.history().read(names, static_cast<std::uint32_t>(minutes), points_max);
  boost::json::object series;
  for (const auto& [name, points] : found.series) {
    boost::json::array values;
    for (const auto each : points)
      values.push_back(each == each ? boost::json::value(each) : boost::json::value(nullptr));
    series[name] = std::move(values);
  }
  to(ok(boost::json::object{{"step_seconds", found.step_seconds},
                            {"from", static_cast<std::uint64_t>(found.from.count()) * 1000},
                            {"series", std::move(series)}}));
}

// What waits in the queues is counted anew for each call: some hundreds of sessions in a turn.
void show_drops(inquiries& ask, const sampler& figures, reply to) {
  auto queued = std::make_shared<std::uint64_t>(0);
  constexpr std::size_t without_end = 1u << 30;
  session_walk<std::uint64_t>::begin(
    ask, {}, without_end,
    [](actors::station&, const session_place& place) -> std::optional<std::uint64_t> {
      const std::uint64_t waits = place.seat ? place.seat->record().queued_messages() : place.asleep->queued;
      return waits == 0 ? std::nullopt : std::optional{waits};
    },
    [queued](const std::vector<std::uint64_t>& found) {
      for (const auto each : found) *queued += each;
      return without_end;
    },
    [&figures, queued, to](std::optional<session_position>) { to(ok(drops_json(figures.totals(), *queued))); });
}

}  // namespace

std::vector<route> metric_routes(inquiries& ask, const sampler& figures) {
  return {
    {verb::get, "/api/v1/metrics", role::viewer,
     [&ask, &figures](const request&, reply to) {
       to(ok(metrics_json(figures.totals(), ask.node().tree.restarts(), ask.node().bans.desk().refused())));
     }},
    {verb::get, "/api/v1/metrics/history", role::viewer,
     [&figures](const request& from, reply to) { show_history(figures, from, std::move(to)); }},
    {verb::get, "/api/v1/drops", role::viewer,
     [&ask, &figures](const request&, reply to) { show_drops(ask, figures, std::move(to)); }},
  };
}

}  // namespace troupe::admin
