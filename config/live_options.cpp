#include "config/live_options.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "config/table.hpp"
#include "config/validate.hpp"

namespace troupe::config {

namespace {

struct changeable {
  std::string_view name;
  effect when;
};

using enum effect;

constexpr changeable node_wide[] = {
  {"log.level", at_once},
  {"log.peer_events_rate_max", at_once},
  {"node_limits.connections_max", at_once},
  {"node_limits.sessions_max", at_once},
  {"node_limits.descriptors_reserve", at_once},
  {"node_limits.retained_messages_max", at_once},
  {"node_limits.retained_bytes_max", at_once},
  {"node_limits.retained_delivery_rate", at_once},
  {"node_limits.memory_high", at_once},
  {"node_limits.loop_lag_high", at_once},
  {"access.allow_anonymous", new_connections},
  {"access.disconnect_on_denied", at_once},
};

constexpr changeable of_a_listener[] = {
  {"connections_max", at_once},
  {"websocket.paths", new_connections},
  {"websocket.origins", new_connections},
  {"websocket.header_bytes_max", new_connections},
};

/// Of `[limits]`. What a client was told when it connected stays for as long as it is connected; packet_bytes_max is
/// looked at by links, which do not know what that was.
constexpr changeable of_limits[] = {
  {"packet_bytes_max", after_restart}, {"outbox_bytes_max", at_once}, {"linger", at_once}};

template <std::size_t Size>
std::optional<effect> among(const changeable (&rows)[Size], std::string_view name) noexcept {
  const auto* found = std::find_if(std::begin(rows), std::end(rows), [&](const auto& row) { return row.name == name; });
  return found == std::end(rows) ? std::nullopt : std::optional{found->when};
}

constexpr std::string_view limits_prefix = "limits.", listeners_prefix = "listeners.";

using texts = std::vector<std::string>;

texts problems_of(const options& of) {
  texts result;
  for (const auto& each : validate(of)) result.push_back(fmt::format("{}: {}", each.option, each.text));
  return result;
}

option* find(std::vector<option>& all, std::string_view name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const option& each) { return each.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

std::string_view name_of(effect when) noexcept {
  switch (when) {
    case at_once: return "at once";
    case new_connections: return "for new connections";
    case after_restart: break;
  }
  return "after a restart";
}

effect effect_of(std::string_view name) noexcept {
  if (const auto known = among(node_wide, name)) return *known;
  if (name.starts_with("log.components.")) return at_once;
  bool listeners = name.starts_with(listeners_prefix);
  if (listeners) {
    name.remove_prefix(listeners_prefix.size());
    name.remove_prefix(std::min(name.find('.') + 1, name.size()));
    if (const auto known = among(of_a_listener, name)) return *known;
  }
  if (!name.starts_with(limits_prefix)) return after_restart;
  return among(of_limits, name.substr(limits_prefix.size())).value_or(new_connections);
}

live_options::snapshot live_options::now() const {
  const std::lock_guard lock{mutex_};
  return {options_, origins_};
}

std::variant<live_options::change, live_options::refusal>
live_options::set(std::string_view name, const raw_value& value, std::string_view by) {
  using kind = enum refusal::kind;
  const std::lock_guard lock{mutex_};
  auto next = options_;
  auto all = options_of(next);
  auto* wanted = find(all, name);
  if (!wanted) return refusal{kind::unknown, fmt::format("There is no option {}.", name)};
  const auto when = effect_of(name);
  if (when == after_restart)
    return refusal{kind::fixed, fmt::format("{} cannot be changed while the node runs: set it where the node is "
                                            "started, and restart it.",
                                            name)};
  const auto before = wanted->text();
  if (auto wrong = store(value, wanted->field, wanted->unit))
    return refusal{kind::unfit, fmt::format("{}: {}", name, *wrong)};
  auto origins = origins_;
  const origin here{origin::source::console, fmt::format("the console, by {}", by)};
  const auto was = origins_.find(std::string{name});
  // A listener has a limit of its own where it was said for it: from another place, or with another value.
  if (name.starts_with(limits_prefix))
    for (auto& [listener, unused] : next.listeners) {
      const auto own_name = fmt::format("{}{}.{}", listeners_prefix, listener, name);
      auto* own = find(all, own_name);
      const auto from = origins_.find(own_name);
      const auto inherited = (from == origins_.end() && was == origins_.end()) ||
                             (from != origins_.end() && was != origins_.end() &&
                              from->second.kind == was->second.kind && from->second.place == was->second.place);
      if (!own || !inherited || own->text() != before) continue;
      if (auto wrong = store(value, own->field, own->unit)) return refusal{kind::unfit, *wrong};
      origins[own_name] = here;
    }
  origins[std::string{name}] = here;
  const auto known = problems_of(options_);
  for (auto& problem : problems_of(next))
    if (std::find(known.begin(), known.end(), problem) == known.end()) return refusal{kind::unfit, std::move(problem)};
  const change done{before, wanted->text(), when};
  if (done.before != done.after && ++changes_ > changes_max)
    return refusal{kind::too_many,
                   fmt::format("There were {} changes since the node was started: restart it first.", changes_max)};
  options_ = std::move(next);
  origins_ = std::move(origins);
  if (changed_ && done.before != done.after) changed_(options_);
  return done;
}

void live_options::reload(const options& next, const std::map<std::string, origin>& origins) {
  const std::lock_guard lock{mutex_};
  auto read = next;  // a copy: the table points into options that it may change
  auto all = options_of(read);
  for (auto& each : options_of(options_)) {
    auto* found = each.felt == felt::on_reload ? find(all, each.name) : nullptr;
    if (!found) continue;
    if (!store({raw_value::kind::text, found->text(), {}}, each.field, each.unit)) {
      const auto from = origins.find(each.name);
      if (from == origins.end())
        origins_.erase(each.name);
      else
        origins_[each.name] = from->second;
    }
  }
}

}  // namespace troupe::config
