#include <map>
#include <optional>

#include <boost/json/serialize.hpp>

#include "actors/admin/resources/resources.hpp"
#include "config/table.hpp"

namespace troupe::admin {

namespace {

using boost::beast::http::verb;

/// What is said in place of a secret.
constexpr std::string_view hidden = "(hidden)";

bool is_secret(std::string_view name) { return name == "admin.initial_password"; }

std::string_view kind_of(const config::origin& from) noexcept {
  using enum config::origin::source;
  switch (from.kind) {
    case built_in: return "default";
    case file: return "file";
    case environment: return "environment";
    case command_line: return "command line";
    case console: return "console";
  }
  return "default";
}

void show_config(inquiries& ask, reply to) {
  auto [running, origins] = ask.node().live.now();
  config::options usual;
  for (const auto& [name, options] : running.listeners) usual.listeners[name].name = name;
  std::map<std::string, std::string> defaults;
  for (const auto& each : config::options_of(usual)) defaults[each.name] = each.text();
  boost::json::array items;
  for (const auto& each : config::options_of(running)) {
    const auto when = config::effect_of(each.name);
    const auto origin = origins.find(each.name);
    const auto from = origin == origins.end() ? config::origin{} : origin->second;
    items.push_back({{"name", each.name},
                     {"value", is_secret(each.name) ? std::string{hidden} : each.text()},
                     {"default", defaults[each.name]},
                     {"origin", kind_of(from)},
                     {"place", from.place},
                     {"changeable", when != config::effect::after_restart},
                     {"effect", config::name_of(when)},
                     {"description", each.meaning}});
  }
  to(page(std::move(items), {}));
}

std::optional<config::raw_value> raw_of(const boost::json::value& from) {
  using kind = enum config::raw_value::kind;
  if (from.is_string()) return config::raw_value{kind::text, std::string{from.get_string()}, {}};
  if (from.is_bool()) return config::raw_value{kind::text, from.get_bool() ? "true" : "false", {}};
  if (from.is_int64() || from.is_uint64()) return config::raw_value{kind::number, boost::json::serialize(from), {}};
  if (!from.is_array()) return {};
  config::raw_value result{kind::list, {}, {}};
  for (const auto& each : from.get_array()) {
    if (!each.is_string()) return {};
    result.items.emplace_back(each.get_string());
  }
  return result;
}

unsigned status_of(const config::live_options::refusal& why) noexcept {
  using kind = enum config::live_options::refusal::kind;
  switch (why.kind) {
    case kind::unknown: return 404;
    case kind::unfit: return 400;
    case kind::fixed:
    case kind::too_many: break;
  }
  return 409;
}

void set_config(inquiries& ask, const request& from, reply to) {
  const auto* value = from.body.if_contains("value");
  const auto raw = value ? raw_of(*value) : std::nullopt;
  if (!raw) return to(bad_request("`value` is a text, a whole number, true, false, or a list of texts."));
  const auto& name = from.captured.at(0);
  const auto done = ask.node().live.set(name, *raw, from.who.name);
  if (const auto* no = std::get_if<config::live_options::refusal>(&done))
    return to(answer::error(status_of(*no), no->sentence));
  const auto& change = std::get<config::live_options::change>(done);
  log::info("config", "{} was {} and is {}, says {}", name, change.before, change.after, from.who.name);
  to(no_content());
}

}  // namespace

std::vector<route> config_routes(inquiries& ask) {
  return {
    {verb::get, "/api/v1/config", role::viewer, [&ask](const request&, reply to) { show_config(ask, std::move(to)); }},
    {verb::put, "/api/v1/config/{name}", role::admin,
     [&ask](const request& from, reply to) { set_config(ask, from, std::move(to)); }},
  };
}

}  // namespace troupe::admin
