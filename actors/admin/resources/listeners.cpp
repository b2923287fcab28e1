#include <algorithm>

#include <boost/json/value_from.hpp>

#include "actors/admin/resources/resources.hpp"
#include "actors/admin/session_view.hpp"
#include "config/log.hpp"

namespace troupe::admin {

namespace {

using boost::beast::http::verb;

boost::json::object listener_json(const transport::listener& of, bool listens) {
  std::uint64_t refused = 0;
  boost::json::object by_reason;
  for (std::size_t i = 0; i < transport::refusal_count; ++i) {
    const auto why = static_cast<transport::refusal>(i);
    refused += of.refused(why);
    by_reason[to_string(why)] = of.refused(why);
  }
  return {{"name", of.options().name},
          {"type", name_of(of.options().type)},
          {"bind", of.bound()},
          {"enabled", listens},
          {"connections", of.connections()},
          {"accepted", of.accepted()},
          {"refused", refused},
          {"refused_by_reason", std::move(by_reason)},
          {"paths", boost::json::value_from(of.options().websocket.paths)}};
}

std::shared_ptr<transport::listener> find(inquiries& ask, std::string_view name) {
  for (const auto& each : ask.node().listeners)
    if (each->options().name == name) return each;
  return nullptr;
}

/// What one loop did about a listener.
struct change {
  bool done = false;  ///< false: it was so before
  std::string error;
};

void tell(const std::string& name, std::string_view what, const caller& who, const std::vector<change>& changes) {
  if (std::ranges::any_of(changes, &change::done))
    log::info("listener", "{} is {} by {} ({})", name, what, who.name, who.address);
}

void stop(inquiries& ask, const request& from, reply to) {
  const auto name = from.captured.at(0);
  if (!find(ask, name)) return to(not_found("listener"));
  ask.ask_all(
    [name](actors::station& on) {
      const auto listened = on.listens(name);
      on.stop_listening(name);
      return change{listened, {}};
    },
    [name, who = from.who, to](const std::vector<change>& changes) {
      tell(name, "stopped", who, changes);
      to(accepted());
    });
}

/// Somebody else may have taken its address meanwhile, or its socket's file. All loops listen then, or none.
void start(inquiries& ask, const request& from, reply to) {
  const auto found = find(ask, from.captured.at(0));
  if (!found) return to(not_found("listener"));
  ask.ask_all(
    [found](actors::station& on) {
      if (on.listens(found->options().name)) return change{};
      try {
        on.listen(found);
        return change{true, {}};
      } catch (const std::exception& error) {
        return change{false, error.what()};
      }
    },
    [&ask, name = found->options().name, who = from.who, to](const std::vector<change>& changes) {
      const auto failed = std::ranges::find_if(changes, [](const change& each) { return !each.error.empty(); });
      if (failed == changes.end()) {
        tell(name, "started", who, changes);
        return to(accepted());
      }
      log::warning("listener", "{} was not started, as {} ({}) wished: {}", name, who.name, who.address, failed->error);
      ask.ask_all(
        [name](actors::station& on) {
          on.stop_listening(name);
          return true;
        },
        [to, why = failed->error](const std::vector<bool>&) { to(answer::error(503, why + ".")); });
    });
}

/// It listens where any loop does: for a moment while it is stopped or started only some may.
void list(inquiries& ask, reply to) {
  ask.ask_all(
    [&ask](const actors::station& on) {
      std::vector<bool> result;
      for (const auto& each : ask.node().listeners) result.push_back(on.listens(each->options().name));
      return result;
    },
    [&ask, to](const std::vector<std::vector<bool>>& loops) {
      boost::json::array items;
      for (std::size_t i = 0; i < ask.node().listeners.size(); ++i) {
        const auto listens = std::ranges::any_of(loops, [i](const auto& loop) { return i < loop.size() && loop[i]; });
        items.push_back(listener_json(*ask.node().listeners[i], listens));
      }
      to(page(std::move(items), {}));
    });
}

}  // namespace

std::vector<route> listener_routes(inquiries& ask) {
  return {
    {verb::get, "/api/v1/listeners", role::viewer, [&ask](const request&, reply to) { list(ask, std::move(to)); }},
    {verb::post, "/api/v1/listeners/{name}/stop", role::admin,
     [&ask](const request& from, reply to) { stop(ask, from, std::move(to)); }},
    {verb::post, "/api/v1/listeners/{name}/start", role::admin,
     [&ask](const request& from, reply to) { start(ask, from, std::move(to)); }},
  };
}

}  // namespace troupe::admin
