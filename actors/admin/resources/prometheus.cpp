#include <array>
#include <map>

#include "actors/admin/history/event_history.hpp"
#include "actors/admin/metrics/node_collector.hpp"
#include "actors/admin/resources/resources.hpp"
#include "actors/admin/sampler.hpp"
#include "config/version.hpp"

namespace troupe::admin {

namespace {

constexpr std::array<std::pair<std::string_view, runtime::role>, runtime::role_count> seats{
  {{"sessions", runtime::role::sessions},
   {"registry", runtime::role::registry},
   {"shard", runtime::role::shard},
   {"delivery", runtime::role::delivery},
   {"store", runtime::role::store}}};

/// In the order of transport::refusal.
constexpr std::array<std::string_view, transport::refusal_count> refusals{
  "overload",    "connections_max", "rate", "address", "banned",
  "descriptors", "proxy_header",    "tls",  "upgrade", "handshake_timeout"};

// What only the loop itself may look at.
node_figures::loop look_at(actors::station& on) {
  node_figures::loop result;
  const auto now = on.loop().now();
  auto& place = on.place();
  result.links = on.links();
  result.sessions = place.sessions.size();
  result.asleep = place.sessions.asleep();
  if (const auto* index = on.of_shard().subscriptions) result.subscriptions = index->size();
  result.retained = place.retained.index.size();
  result.retained_bytes = place.retained.index.bytes();
  for (const auto& [name, role] : seats) {
    const auto& seat = on.loop().seat_of(role);
    const auto waits = seat.oldest() < now ? std::chrono::duration<double>(now - seat.oldest()).count() : 0.0;
    result.seats.push_back({name, seat.depth(), seat.handled(), seat.refused(), waits});
  }
  return result;
}

/// Named actors by the first word of their names, sessions together: few, however many there are.
node_figures::by_label restarts_of(const runtime::actor_tree& tree) {
  std::map<std::string, node_figures::count> sums{{"session", tree.session_restarts()}};
  for (const auto& each : tree.snapshot()) {
    const auto name = each.path.substr(each.path.rfind('/') + 1);
    sums[name.substr(0, name.find(' '))] += each.restarts;
  }
  return {sums.begin(), sums.end()};
}

void add_totals(node_figures& to, const node_totals& from) {
  to.sessions = from.sessions;
  to.connected = from.connected;
  to.connects_accepted = from.connections_accepted;
  to.connects_refused = from.connections_refused;
  to.received = from.received;
  to.sent = from.sent;
  to.bytes_received = from.bytes_received;
  to.bytes_sent = from.bytes_sent;
  to.protocol_errors = from.protocol_errors;
  for (std::size_t i = 0; i < from.dropped.size(); ++i)
    to.dropped.emplace_back(session::to_string(static_cast<session::drop_reason>(i)), from.dropped[i]);
}

node_figures::storage figures_of(const persistence::stats& from) {
  node_figures::storage result{.commits = from.commits,
                               .batches = from.batches,
                               .bytes = from.bytes,
                               .syncs = from.syncs,
                               .failures = from.failures,
                               .conflicts = from.conflicts,
                               .refused = from.refused,
                               .waiting = from.waiting,
                               .waiting_bytes = from.waiting_bytes,
                               .disk_bytes = from.disk_bytes,
                               .sync_seconds = std::chrono::duration<double>(from.sync_time).count(),
                               .rows = {}};
  for (std::size_t i = 0; i < from.rows.size(); ++i)
    result.rows.emplace_back(persistence::table_names[i], from.rows[i]);
  return result;
}

node_figures::listener figures_of(const transport::listener& from, bool listens) {
  node_figures::listener result{from.options().name, listens, from.connections(), from.accepted(), {}};
  for (std::size_t i = 0; i < refusals.size(); ++i)
    result.refused.emplace_back(refusals[i], from.refused(static_cast<transport::refusal>(i)));
  return result;
}

node_figures::events figures_of(const event_history& from) {
  return {.told = from.ring.added(),
          .overwritten = from.ring.overwritten(),
          .lost = from.watchers.lost(),
          .watching = from.watchers.watching(),
          .bytes = from.ring.allocated_bytes(),
          .bytes_max = from.ring.bytes_max()};
}

node_figures::service figures_of(const server_counters& from) {
  return {.connections = from.connections_open,
          .streams = from.streams_open,
          .turned_away = from.connections_turned_away,
          .requests = from.requests,
          .refused = from.requests_refused,
          .too_slow = from.requests_too_slow,
          .failed = from.requests_failed,
          .unanswered = from.requests_unanswered,
          .streams_too_slow = from.streams_too_slow};
}

/// What is read without asking a loop, added to what the loops told.
node_figures gathered(const node_view& node, const sampler& figures, const event_history& history,
                      std::vector<node_figures::loop> loops, const std::vector<bool>& listens) {
  node_figures result;
  result.version = version_text;
  add_totals(result, figures.totals());
  for (std::size_t i = 0; i < loops.size(); ++i) {
    loops[i].processor_seconds = std::chrono::duration<double>(node.stations[i]->loop().processor_time()).count();
    loops[i].longest_turn_seconds = std::chrono::duration<double>(node.stations[i]->loop().longest_turn()).count();
    loops[i].busy_share = figures.latest().busy_share[i];
  }
  result.loops = std::move(loops);
  result.restarts = restarts_of(node.tree);
  result.alarms = {{"overload", node.health.overloaded()}, {"store", node.store.full()}};
  result.latency = figures.latencies();
  for (std::size_t i = 0; i < node.listeners.size(); ++i)
    result.listeners.push_back(figures_of(*node.listeners[i], listens[i]));
  result.store = figures_of(node.store->stats());
  result.history = figures_of(history);
  result.bans = node.bans.all().size();
  result.banned = node.bans.desk().refused();
  result.process = process_figures::now();
  return result;
}

void expose(inquiries& ask, const sampler& figures, const event_history& history,
            const std::function<server_counters()>& counted, reply to) {
  const auto who_listens = [&ask](const actors::station& on) {
    std::vector<bool> result;
    for (const auto& each : ask.node().listeners) result.push_back(on.listens(each->options().name));
    return result;
  };
  ask.ask(0, who_listens, [&ask, &figures, &history, counted, to](const std::vector<bool>& listens) {
    ask.ask_all(look_at, [&ask, &figures, &history, counted, listens, to](std::vector<node_figures::loop> loops) {
      auto found = gathered(ask.node(), figures, history, std::move(loops), listens);
      found.admin = figures_of(counted());
      const node_collector all{std::move(found)};
      to({.status = 200,
          .body = nullptr,
          .text = exposition_of(all),
          .content_type = std::string{exposition_type},
          .header = {}});
    });
  });
}

}  // namespace

std::vector<route> exposition_routes(inquiries& ask, const sampler& figures, const event_history& history,
                                     std::function<server_counters()> counted) {
  return {{boost::beast::http::verb::get, "/metrics", role::viewer,
           [&ask, &figures, &history, counted = std::move(counted)](const request&, reply to) {
             expose(ask, figures, history, counted, std::move(to));
           }}};
}

}  // namespace troupe::admin
