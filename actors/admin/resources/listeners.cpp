#include <boost/json/value_from.hpp>

#include "actors/admin/resources/resources.hpp"
#include "actors/admin/session_view.hpp"

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

/// On every loop: `change` gets the station.
template <class Change>
void on_all_loops(inquiries& ask, Change change, reply to) {
  ask.ask_all(
    [change](actors::station& on) {
      change(on);
      return true;
    },
    [to](const std::vector<bool>&) { to(accepted()); });
}

}  // namespace

std::vector<route> listener_routes(inquiries& ask) {
  return {
    {verb::get, "/api/v1/listeners", role::viewer,
     [&ask](const request&, reply to) {
       const auto who_listens = [&ask](const actors::station& on) {
         std::vector<bool> result;
         for (const auto& each : ask.node().listeners) result.push_back(on.listens(each->options().name));
         return result;
       };
       ask.ask(0, who_listens, [&ask, to](const std::vector<bool>& listens) {
         boost::json::array items;
         for (std::size_t i = 0; i < listens.size(); ++i)
           items.push_back(listener_json(*ask.node().listeners[i], listens[i]));
         to(page(std::move(items), {}));
       });
     }},
    {verb::post, "/api/v1/listeners/{name}/stop", role::admin,
     [&ask](const request& from, reply to) {
       const auto name = from.captured.at(0);
       if (!find(ask, name)) return to(not_found("listener"));
       on_all_loops(
         ask, [name](actors::station& on) { on.stop_listening(name); }, std::move(to));
     }},
    {verb::post, "/api/v1/listeners/{name}/start", role::admin,
     [&ask](const request& from, reply to) {
       const auto found = find(ask, from.captured.at(0));
       if (!found) return to(not_found("listener"));
       on_all_loops(
         ask, [found](actors::station& on) { on.listen(found); }, std::move(to));
     }},
  };
}

}  // namespace troupe::admin
