#include <algorithm>
#include <array>
#include <memory>

#include <caf/all.hpp>

#include "actors/admin/actor_paths.hpp"
#include "actors/admin/actor_shares.hpp"
#include "actors/admin/history/event_history.hpp"
#include "actors/admin/history/event_json.hpp"
#include "actors/admin/http/target.hpp"
#include "actors/admin/resources/resources.hpp"
#include "actors/admin/session_ranking.hpp"
#include "actors/admin/session_view.hpp"
#include "actors/admin/work_watch.hpp"
#include "actors/durability/durability.hpp"
#include "actors/durability/wall_time.hpp"

namespace troupe::admin {

namespace {

using boost::beast::http::verb;
using runtime::actor_state;
using runtime::actor_status;

constexpr std::array<std::pair<std::string_view, runtime::role>, runtime::role_count> seats{
  {{"sessions", runtime::role::sessions},
   {"registry", runtime::role::registry},
   {"shard", runtime::role::shard},
   {"delivery", runtime::role::delivery},
   {"store", runtime::role::store}}};

std::string_view text_of(actor_state state) noexcept {
  switch (state) {
    case actor_state::running: return "running";
    case actor_state::restarting: return "restarting";
    case actor_state::stopped: return "stopped";
  }
  return "stopped";
}

// --- paths ----------------------------------------------------------------------------------------------------------

/// The client id of a session's path; empty, which nobody has, where the path is none that session_path() makes.
std::string client_of(std::string_view path) { return percent_decoded(last_part(path)).value_or(std::string{}); }

// --- named actors ---------------------------------------------------------------------------------------------------

/// What the seats of a loop tell.
struct seat_figures {
  std::array<std::uint64_t, runtime::role_count> depth{}, handled{}, age_ms{};
  std::size_t sessions = 0;
};

seat_figures look_at_seats(actors::station& on) {
  seat_figures result;
  const auto now = on.loop().now();
  for (const auto& [name, role] : seats) {
    const auto& seat = on.loop().seat_of(role);
    const auto at = static_cast<std::size_t>(role);
    result.depth[at] = seat.depth();
    result.handled[at] = seat.handled();
    if (seat.oldest() < now)
      result.age_ms[at] =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now - seat.oldest()).count());
  }
  result.sessions = on.place().sessions.size();
  return result;
}

boost::json::value error_json(const actor_status& of) {
  if (of.failures.empty()) return nullptr;
  const auto& last = of.failures.back();
  return {{"text", last.cause}, {"at", actors::wall_time::now().of(last.at)}};
}

/// A named actor, with what its seat tells where it has one.
boost::json::object actor_json(const actor_status& of, const std::vector<actor_status>& all,
                               const std::vector<seat_figures>& loops, const actor_shares& shares) {
  const auto name = last_part(of.path);
  const auto loop = loop_of(of.path, static_cast<std::uint32_t>(loops.size()));
  auto children = static_cast<std::uint64_t>(
    std::ranges::count_if(all, [&](const actor_status& each) { return parent_of(each.path) == of.path; }));
  boost::json::object to{{"path", of.path},
                         {"name", name},
                         {"class", name.substr(0, name.find(' '))},
                         {"state", text_of(of.state)},
                         {"loop", nullptr},
                         {"mailbox_depth", nullptr},
                         {"oldest_message_age_ms", nullptr},
                         {"messages_handled", nullptr},
                         {"cpu_share", or_null(shares.of(of.path))},
                         {"restarts", of.restarts},
                         {"last_error", error_json(of)},
                         {"memory_bytes", of.path == "root" ? boost::json::value(actors::resident_bytes()) : nullptr},
                         {"children", children}};
  if (!loop) return to;
  to["loop"] = *loop;
  const auto* seat = std::ranges::find(seats, name, &decltype(seats)::value_type::first);
  if (seat == seats.end()) return to;
  const auto& figures = loops[*loop];
  const auto at = static_cast<std::size_t>(seat->second);
  to["mailbox_depth"] = figures.depth[at];
  to["oldest_message_age_ms"] = figures.age_ms[at];
  to["messages_handled"] = figures.handled[at];
  if (seat->second == runtime::role::sessions) to["children"] = figures.sessions;
  return to;
}

actor_shares shares_of(work_watch& work, const std::vector<actor_status>& all) {
  return {work.shares(), work.own_share(), all};
}

/// The tree's actors, root among them.
std::vector<actor_status> named_actors(const node_view& node) {
  auto all = node.tree.snapshot();
  actor_status root;
  root.path = "root";
  root.state = actor_state::running;
  all.insert(all.begin(), std::move(root));
  return all;
}

const actor_status* find(const std::vector<actor_status>& all, std::string_view path) {
  const auto found = std::ranges::find(all, path, &actor_status::path);
  return found == all.end() ? nullptr : &*found;
}

/// Fields of actors in the order of sort_order; null is before everything.
bool before(const boost::json::object& a, const boost::json::object& b, const sort_order& by) {
  const auto& left = a.at(by.field);
  const auto& right = b.at(by.field);
  const auto rank = [](const boost::json::value& of) {
    return of.is_null() ? -1.0 : of.is_number() ? of.to_number<double>() : 0.0;
  };
  const auto less =
    left.is_string() && right.is_string() ? left.as_string() < right.as_string() : rank(left) < rank(right);
  const auto more =
    left.is_string() && right.is_string() ? right.as_string() < left.as_string() : rank(right) < rank(left);
  return by.descending ? more : less;
}

// --- calls ----------------------------------------------------------------------------------------------------------

void list_named(inquiries& ask, work_watch& work, const std::string& path, const sort_order& by, reply to) {
  ask.ask_all(look_at_seats, [&ask, &work, path, by, to](const std::vector<seat_figures>& loops) {
    const auto all = named_actors(ask.node());
    const auto shares = shares_of(work, all);
    const auto* parent = find(all, path);
    if (!parent) return to(not_found("actor"));
    std::vector<boost::json::object> children;
    for (const auto& each : all)
      if (parent_of(each.path) == path) children.push_back(actor_json(each, all, loops, shares));
    std::ranges::stable_sort(children, [&](const auto& a, const auto& b) { return before(a, b, by); });
    boost::json::array items;
    for (auto& each : children) items.push_back(std::move(each));
    to(ok(boost::json::object{
      {"actor", actor_json(*parent, all, loops, shares)}, {"items", std::move(items)}, {"next", nullptr}}));
  });
}

void list_sessions(inquiries& ask, work_watch& work, const request& from, const std::string& path, const sort_order& by,
                   reply to) {
  const auto limit = limit_of(from);
  const auto loop = loop_of(path, ask.loops());
  if (!loop) return to(not_found("actor"));
  auto rest = [&ask, &work, path, to](const std::vector<session_view>& found, const std::string& next) {
    ask.ask_all(look_at_seats, [&ask, &work, path, to, found, next](const std::vector<seat_figures>& loops) {
      const auto all = named_actors(ask.node());
      const auto* parent = find(all, path);
      if (!parent) return to(not_found("actor"));
      boost::json::array items;
      for (const auto& each : found) items.push_back(actor_json(each));
      boost::json::object body{{"actor", actor_json(*parent, all, loops, shares_of(work, all))},
                               {"items", std::move(items)},
                               {"next", nullptr}};
      if (!next.empty()) body["next"] = next;
      to(ok(std::move(body)));
    });
  };
  rank_sessions(ask, work.shares(), *loop, by, std::string{from.parameter("cursor")}, *limit, rest);
}

void list_actors(inquiries& ask, work_watch& work, const request& from, reply to) {
  auto path = std::string{from.parameter("path")};
  if (path.empty()) path = "root";
  const auto by = sort_order::of(from.parameter("sort"));
  if (!by) return to(bad_request("`sort` is a field of actors, with - in front of it for the largest first."));
  const auto cursor = from.parameter("cursor");
  if (!limit_of(from) || !(is_sessions(path) ? is_ranking_cursor(*by, cursor) : cursor.empty()))
    return to(bad_request("`limit` is 1 to 1000, `cursor` what a list in this order gave as `next`."));
  if (is_sessions(path)) return list_sessions(ask, work, from, path, *by, std::move(to));
  list_named(ask, work, path, *by, std::move(to));
}

boost::json::object link_json(const actors::session_seat& of) {
  const auto& link = *of.link();
  return {{"address", link.peer()},
          {"listener", link.listener().options().name},
          {"transport", name_of(link.listener().options().type)},
          {"waiting_bytes", link.outbox_bytes()},
          {"congested", link.congested()},
          {"paused", link.paused()},
          {"bytes_received", link.bytes_received()},
          {"bytes_sent", link.bytes_sent()}};
}

/// Failures of a session's actor that the history still knows, the latest at the end.
boost::json::array failures_of(const event_history& history, const std::string& client) {
  boost::json::array result;
  for (const auto& each : history.ring.events_of(client, event_ring::from_newest, event_ring::page_events_max).events)
    if (each.kind == event_kind::actor_failed && result.size() < runtime::actor_tree::failures_max)
      result.push_back({{"at", each.at.count()}, {"cause", valid_text(each.text)}});
  std::ranges::reverse(result);
  return result;
}

void show_session(inquiries& ask, const event_history& history, work_watch& work, const std::string& path, reply to) {
  const auto client = client_of(path);
  find_session(ask, client, [&ask, &history, shares = work.shares(), path, client, to](session_ref who) {
    if (!who) return to(not_found("actor"));
    ask.ask(
      who.loop,
      [who, shares](actors::station& on) {
        const auto& sessions = on.place().sessions;
        const session_place place{who, sessions.find(who), sessions.find_dormant(who)};
        boost::json::object result;
        if (!place.seat && !place.asleep) return result;
        auto view = view_of(on, place);
        if (shares) view.cpu_share = share_of((*shares)[who.loop], place);
        result = actor_json(view);
        result["link"] = nullptr;
        if (place.seat && place.seat->link()) result["link"] = link_json(*place.seat);
        return result;
      },
      [&history, path, client, to](boost::json::object found) {
        if (found.empty()) return to(not_found("actor"));
        found["client"] = client;
        auto failures = failures_of(history, client);
        if (!failures.empty())
          found["last_error"] = {{"text", failures.back().at("cause")}, {"at", failures.back().at("at")}};
        found["restart_history"] = std::move(failures);
        found["neighbours"] = boost::json::array{boost::json::value(parent_of(path))};
        to(ok(std::move(found)));
      });
  });
}

void show_actor(inquiries& ask, const event_history& history, work_watch& work, const request& from, reply to) {
  const auto path = std::string{from.parameter("path")};
  if (is_session(path)) return show_session(ask, history, work, path, std::move(to));
  ask.ask_all(look_at_seats, [&ask, &work, path, to](const std::vector<seat_figures>& loops) {
    const auto all = named_actors(ask.node());
    const auto* actor = find(all, path);
    if (!actor) return to(not_found("actor"));
    auto body = actor_json(*actor, all, loops, shares_of(work, all));
    boost::json::array failures, neighbours;
    const auto clock = actors::wall_time::now();
    for (const auto& each : actor->failures) failures.push_back({{"at", clock.of(each.at)}, {"cause", each.cause}});
    for (const auto& each : all)
      if (parent_of(each.path) == parent_of(path) && each.path != path) neighbours.emplace_back(each.path);
    body["restart_history"] = std::move(failures);
    body["neighbours"] = std::move(neighbours);
    body["link"] = nullptr;
    body["client"] = nullptr;
    to(ok(std::move(body)));
  });
}

/// A named actor ends and its supervisor starts another one; a session's seat seats one.
void restart_actor(inquiries& ask, const request& from, reply to) {
  const auto path = std::string{from.parameter("path")};
  if (!is_session(path)) {
    const auto handle = ask.node().tree.find(path);
    if (!handle) return to(not_found("actor"));
    auto why = runtime::restart_wish("restarted by " + from.who.name);
    caf::anon_send<caf::message_priority::high>(handle, caf::exit_msg{handle.address(), std::move(why)});
    return to(accepted());
  }
  find_session(ask, client_of(path), [&ask, to, by = from.who.name](session_ref who) {
    if (!who) return to(not_found("actor"));
    ask.ask(
      who.loop,
      [who, by](actors::station& on) {
        auto* seat = on.place().sessions.find(who);
        if (seat) seat->restart("restarted by " + by);
        return seat != nullptr;
      },
      [to](bool done) { to(done ? accepted() : answer::error(409, "The session sleeps: no actor works on it.")); });
  });
}

void crash_actor(inquiries& ask, const request& from, reply to) {
  if (!ask.node().options.debug.allow_fault_injection)
    return to(answer::error(403, "debug.allow_fault_injection is off."));
  const auto path = std::string{from.parameter("path")};
  if (!is_session(path)) {
    const auto handle = ask.node().tree.find(path);
    if (!handle || path == "root" || last_part(path).starts_with("loop")) return to(not_found("actor"));
    caf::anon_send(handle, actors::crash_next{});
    return to(accepted());
  }
  const auto client = client_of(path);
  find_session(ask, client, [&ask, to](session_ref who) {
    if (!who) return to(not_found("actor"));
    ask.ask(
      who.loop,
      [who](actors::station& on) {
        auto* seat = on.place().sessions.find(who);
        if (seat) seat->make_faulty();
        return seat != nullptr;
      },
      [to](bool done) { to(done ? accepted() : answer::error(409, "The session sleeps: no actor works on it.")); });
  });
}

}  // namespace

std::vector<route> actor_routes(inquiries& ask, event_history& history, work_watch& work) {
  auto with = [&ask](auto handle) {
    return [&ask, handle](const request& from, reply to) { handle(ask, from, std::move(to)); };
  };
  return {
    {verb::get, "/api/v1/actors", role::viewer,
     [&ask, &work](const request& from, reply to) { list_actors(ask, work, from, std::move(to)); }},
    {verb::get, "/api/v1/actors/detail", role::viewer,
     [&ask, &history, &work](const request& from, reply to) { show_actor(ask, history, work, from, std::move(to)); }},
    {verb::post, "/api/v1/actors/restart", role::operates, with(restart_actor)},
    {verb::post, "/api/v1/actors/crash", role::operates, with(crash_actor)},
  };
}

}  // namespace troupe::admin
