#include "actors/registry_table.hpp"

#include "routing/topic.hpp"

namespace troupe::actors {

std::uint32_t registry_of(std::string_view client_id, std::uint32_t loops) noexcept {
  return shard_of(client_id, loops);
}

registry_table::step registry_table::claim(const actors::claim& wanted) {
  auto at = entries_.try_emplace(wanted.client_id).first;
  if (at->second.busy) {
    at->second.busy->waiting.push_back(wanted);
    return {};
  }
  at->second.busy = std::make_unique<service>(service{wanted, {}});
  return serve(at);
}

// [MQTT-3.1.4-3], [MQTT-3.1.2-4]: what there is ends or goes on before the new connection is told anything.
registry_table::step registry_table::serve(table::iterator at) {
  const auto& current = at->second.busy->current;
  if (at->second.session && current.clean_start) return {evict{at->first, at->second.session}};
  return {grant{current.who, at->second.session, at->first}};
}

registry_table::step registry_table::next(table::iterator at) {
  auto& busy = at->second.busy;
  if (!busy->waiting.empty()) {
    busy->current = std::move(busy->waiting.front());
    busy->waiting.pop_front();
    return serve(at);
  }
  busy = nullptr;
  if (!at->second.session) entries_.erase(at);
  return {};
}

registry_table::step registry_table::registered(const actors::registered& news) {
  auto at = entries_.try_emplace(news.client_id).first;
  at->second.session = news.session;
  return at->second.busy ? next(at) : step{};
}

registry_table::step registry_table::abandoned(std::string_view client_id) {
  auto at = entries_.find(client_id);
  return at != entries_.end() && at->second.busy ? next(at) : step{};
}

registry_table::step registry_table::evicted(std::string_view client_id) {
  auto at = entries_.find(client_id);
  if (at == entries_.end() || !at->second.busy) return {};
  at->second.session = {};
  return {grant{at->second.busy->current.who, {}, at->first}};
}

// While somebody is being let in, the entry stays: whether the session still lives is found out on its loop.
registry_table::step registry_table::unregister(const actors::unregister& gone) {
  auto at = entries_.find(gone.client_id.view());
  if (at == entries_.end() || at->second.session != gone.session) return {};
  at->second.session = {};
  if (!at->second.busy) entries_.erase(at);
  return {};
}

session_ref registry_table::find(std::string_view client_id) const noexcept {
  auto at = entries_.find(client_id);
  return at == entries_.end() ? session_ref{} : at->second.session;
}

}  // namespace troupe::actors
