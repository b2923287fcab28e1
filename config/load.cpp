#include "config/load.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <optional>
#include <set>
#include <unordered_map>

#include <fmt/format.h>
#include <unistd.h>

#include "config/environment.hpp"
#include "config/nearest.hpp"
#include "config/table.hpp"
#include "config/toml_file.hpp"
#include "config/validate.hpp"

namespace troupe::config {

namespace {

constexpr std::string_view listeners_prefix = "listeners.";
constexpr std::string_view limits_prefix = "limits.";

/// "ws" of "listeners.ws.bind" and, for a section, of "listeners.ws"; empty for everything else.
std::string listener_of(const setting& one) {
  std::string_view name = one.name;
  if (!name.starts_with(listeners_prefix)) return {};
  name.remove_prefix(listeners_prefix.size());
  const auto dot = name.find('.');
  if (dot == std::string_view::npos && !one.is_section) return {};
  return std::string{name.substr(0, dot)};
}

bool is_listener_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
  });
}

/// Puts settings into options, in the order of their strength.
class application {
public:
  explicit application(load_result& into) : into_{into} {}

  void run(std::vector<setting> settings) {
    for (auto& one : settings) resolve_alias(one);
    add_listeners(settings);
    for (auto& one : options_of(into_.options)) {
      names_.push_back(one.name);
      by_name_.emplace(one.name, std::move(one));
    }
    for (const auto& one : settings)
      if (one.name.starts_with(limits_prefix)) apply(one);
    hand_limits_down();
    for (const auto& one : settings)
      if (!one.name.starts_with(limits_prefix)) apply(one);
    check_new_listeners();
  }

private:
  void complain(const origin& from, std::string text) {
    into_.errors.push_back(fmt::format("{}: {}", from.text(), text));
  }

  static void resolve_alias(setting& one) {
    for (const auto& other : aliases())
      if (one.name == other.name) one.name = other.option;
  }

  void add_listeners(std::vector<setting>& settings) {
    std::erase_if(settings, [this](const setting& one) {
      const auto name = listener_of(one);
      if (name.empty() || into_.options.listeners.contains(name)) return false;
      if (!is_listener_name(name)) {
        complain(one.from, fmt::format("'{}' is no name for a listener: letters, digits, _ and - only", name));
        return true;
      }
      into_.options.listeners[name].name = name;
      new_listeners_.emplace_back(name, one.from);
      return false;
    });
  }

  void apply(const setting& one) {
    if (one.is_section) return apply_section(one);
    const auto found = by_name_.find(one.name);
    if (found == by_name_.end()) return complain_unknown(one, "option");
    if (auto wrong = store(one.value, found->second.field, found->second.unit))
      return complain(one.from, fmt::format("{}: {}", one.name, *wrong));
    into_.origins[one.name] = one.from;
  }

  void apply_section(const setting& one) {
    const auto inside = one.name + '.';
    const bool known = one.name == "listeners" || std::any_of(names_.begin(), names_.end(), [&](const auto& name) {
                         return name.starts_with(inside);
                       });
    if (!known) complain_unknown(one, "section");
  }

  void complain_unknown(const setting& one, std::string_view what) {
    const auto meant = one.is_section ? nearest(one.name, sections()) : nearest(one.name, names_);
    const bool variable = one.from.kind == origin::source::environment;
    complain(one.from, fmt::format("there is no {} '{}': did you mean '{}'?", what, one.name,
                                   variable ? variable_of(meant) : meant));
  }

  std::vector<std::string> sections() const {
    std::set<std::string> all;
    for (const auto& name : names_)
      if (const auto dot = name.rfind('.'); dot != std::string::npos) all.insert(name.substr(0, dot));
    return {all.begin(), all.end()};
  }

  void hand_limits_down() {
    for (auto& [name, listener] : into_.options.listeners) {
      listener.limits = into_.options.limits;
      const auto origins = into_.origins;
      for (const auto& [option, from] : origins)
        if (option.starts_with(limits_prefix)) into_.origins[fmt::format("listeners.{}.{}", name, option)] = from;
    }
  }

  void check_new_listeners() {
    for (const auto& [name, from] : new_listeners_) {
      const auto type = fmt::format("listeners.{}.type", name), bind = fmt::format("listeners.{}.bind", name);
      if (!into_.origins.contains(type))
        complain(from, fmt::format("listener {} has no type: say {} = tcp, tls, ws or wss", name, type));
      if (!into_.origins.contains(bind))
        complain(from, fmt::format("listener {} has no address: say {} = 127.0.0.1:8883, for example", name, bind));
    }
  }

  load_result& into_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, option> by_name_;
  std::vector<std::pair<std::string, origin>> new_listeners_;
};

/// Names that a variable may mean although its underscores are wrong: every option, those of the default listeners too.
std::vector<std::string> known_names() {
  options defaults;
  defaults.listeners = default_listeners();
  std::vector<std::string> names;
  for (const auto& one : options_of(defaults)) names.push_back(one.name);
  for (const auto& one : aliases()) names.emplace_back(one.name);
  return names;
}

void append(std::vector<setting>& to, std::vector<setting> more) {
  std::move(more.begin(), more.end(), std::back_inserter(to));
}

}  // namespace

std::map<std::string, listener_options> default_listeners() {
  listener_options tcp;
  tcp.name = "tcp";
  tcp.bind = "127.0.0.1:1883";
  listener_options ws;
  ws.name = "ws";
  ws.type = listener_type::ws;
  ws.bind = "127.0.0.1:8083";
  return {{"tcp", tcp}, {"ws", ws}};
}

std::vector<std::pair<std::string, std::string>> environment() {
  std::vector<std::pair<std::string, std::string>> all;
  for (char** one = environ; one && *one; ++one) {
    const std::string_view text{*one};
    if (const auto equals = text.find('='); equals != std::string_view::npos)
      all.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return all;
}

origin load_result::from(std::string_view name) const {
  const auto found = origins.find(std::string{name});
  return found == origins.end() ? origin{} : found->second;
}

load_result load(const sources& from) {
  load_result result;
  result.options.listeners = default_listeners();
  std::vector<setting> settings;
  if (!from.file.empty()) {
    auto file = read_toml(from.file);
    settings = std::move(file.settings);
    result.errors = std::move(file.errors);
    if (!result.ok()) return result;  // half a file would be blamed for what its other half says
  }
  append(settings, read_environment(from.environment, known_names(), result.errors));
  append(settings, read_sets(from.sets, result.errors));
  application{result}.run(std::move(settings));
  if (!result.ok()) return result;
  for (const auto& wrong : validate(result.options)) {
    const auto place = result.from(wrong.option);
    const bool known = place.kind != origin::source::built_in;
    result.errors.push_back(
      fmt::format("{}{}{}: {}", known ? place.place : "", known ? ": " : "", wrong.option, wrong.text));
  }
  return result;
}

}  // namespace troupe::config
