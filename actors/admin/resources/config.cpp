#include <map>

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
  }
  return "default";
}

void show_config(inquiries& ask, reply to) {
  const auto& node = ask.node();
  auto running = node.options;  // a copy: the table points into options that it may change
  config::options usual;
  for (const auto& [name, options] : running.listeners) usual.listeners[name].name = name;
  std::map<std::string, std::string> defaults;
  for (const auto& each : config::options_of(usual)) defaults[each.name] = each.text();
  boost::json::array items;
  for (const auto& each : config::options_of(running)) {
    const auto origin = node.origins.find(each.name);
    const auto from = origin == node.origins.end() ? config::origin{} : origin->second;
    items.push_back({{"name", each.name},
                     {"value", is_secret(each.name) ? std::string{hidden} : each.text()},
                     {"default", defaults[each.name]},
                     {"origin", kind_of(from)},
                     {"place", from.place},
                     {"changeable", false},
                     {"description", each.meaning}});
  }
  to(page(std::move(items), {}));
}

}  // namespace

std::vector<route> config_routes(inquiries& ask) {
  return {
    {verb::get, "/api/v1/config", role::viewer, [&ask](const request&, reply to) { show_config(ask, std::move(to)); }}};
}

}  // namespace troupe::admin
