#include <chrono>

#include "actors/admin/resources/resources.hpp"
#include "actors/admin/sampler.hpp"
#include "actors/health.hpp"
#include "config/version.hpp"

namespace troupe::admin {

namespace {

using boost::beast::http::verb;

/// What one loop tells of itself.
struct loop_figures {
  std::uint64_t links = 0, sessions = 0;
};

boost::json::object store_json(const persistence::stats& of) {
  return {{"alarm", of.alarm},     {"commits", of.commits}, {"batches", of.batches},
          {"bytes", of.bytes},     {"syncs", of.syncs},     {"failures", of.failures},
          {"refused", of.refused}, {"waiting", of.waiting}, {"disk_bytes", of.disk_bytes}};
}

std::int64_t microseconds(std::chrono::nanoseconds of) {
  return std::chrono::duration_cast<std::chrono::microseconds>(of).count();
}

boost::json::object latency_json(const latency_figures& of) {
  if (of.count == 0) return {{"p50", nullptr}, {"p95", nullptr}, {"p99", nullptr}};
  return {{"p50", of.p50}, {"p95", of.p95}, {"p99", of.p99}};
}

void show_node(inquiries& ask, const sampler& figures, reply to) {
  ask.ask_all(
    [](actors::station& on) {
      return loop_figures{on.links(), on.place().sessions.size()};
    },
    [&ask, &figures, to](const std::vector<loop_figures>& loops) {
      const auto& node = ask.node();
      const auto now = figures.latest();
      boost::json::array each_loop;
      for (std::size_t i = 0; i < loops.size(); ++i)
        each_loop.push_back({{"index", i},
                             {"busy_share", now.busy_share.size() > i ? now.busy_share[i] : 0.0},
                             {"longest_turn_us", microseconds(node.stations[i]->loop().longest_turn())},
                             {"links", loops[i].links},
                             {"sessions", loops[i].sessions}});
      to(ok(boost::json::object{{"name", node.options.node.name},
                                {"version", version_text},
                                {"started_at", figures.started_at()},
                                {"uptime_seconds", (figures.now_ms() - figures.started_at()) / 1000},
                                {"memory_bytes", actors::resident_bytes()},
                                {"connections", now.totals.connected},
                                {"sessions", now.totals.sessions},
                                {"loops", std::move(each_loop)},
                                {"rates",
                                 {{"received", now.rates.received},
                                  {"sent", now.rates.sent},
                                  {"bytes_received", now.rates.bytes_received},
                                  {"bytes_sent", now.rates.bytes_sent},
                                  {"connects", now.rates.connects},
                                  {"disconnects", now.rates.disconnects}}},
                                {"latency_us", latency_json(figures.latency())},
                                {"store", store_json(node.store->stats())},
                                {"alarms", node.alarms.count()},
                                {"fault_injection", node.options.debug.allow_fault_injection}}));
    });
}

}  // namespace

std::vector<route> node_routes(inquiries& ask, const sampler& figures) {
  return {
    {verb::get, "/api/v1/health", role::nobody,
     [&ask](const request&, reply to) {
       to(ok(boost::json::object{{"status", "ok"}, {"node", ask.node().options.node.name}}));
     }},
    {verb::get, "/api/v1/node", role::viewer,
     [&ask, &figures](const request&, reply to) { show_node(ask, figures, std::move(to)); }},
    {verb::get, "/api/v1/alarms", role::viewer,
     [&ask](const request&, reply to) {
       boost::json::array items;
       for (const auto& each : ask.node().alarms.on())
         items.push_back({{"name", each.name}, {"text", each.text}, {"since", each.since.count()}, {"active", true}});
       to(page(std::move(items), {}));
     }},
  };
}

}  // namespace troupe::admin
