#include "actors/registry_table.hpp"

#include <algorithm>

#include "routing/topic.hpp"

namespace troupe::actors {

std::uint32_t registry_of(std::string_view client_id, std::uint32_t loops) noexcept {
  return shard_of(client_id, loops);
}

registry_table::step registry_table::claim(const actors::claim& wanted) {
  if (const auto at = busy_.find(wanted.client_id); at != busy_.end()) {
    at->second.waiting.push_back(wanted);
    return {};
  }
  // Everybody who has this text shares it.
  const auto known = sessions_.find(wanted.client_id);
  const auto& client_id = known == sessions_.end() ? wanted.client_id : known->first;
  busy_.emplace(client_id, service{wanted, {}});
  return serve(client_id, wanted);
}

// [MQTT-3.1.4-3], [MQTT-3.1.2-4]: what there is ends or goes on before the new connection is told anything.
registry_table::step registry_table::serve(const shared_text& client_id, const actors::claim& current) const {
  const auto session = find(client_id);
  if (session && current.clean_start) return {evict{client_id, session, current.address}};
  return {grant{current.who, session, client_id}};
}

registry_table::step registry_table::next(table<service>::iterator at) {
  auto& [current, waiting] = at->second;
  if (waiting.empty()) {
    busy_.erase(at);
    return {};
  }
  current = std::move(waiting.front());
  waiting.erase(waiting.begin());
  return serve(at->first, current);
}

registry_table::step registry_table::registered(const actors::registered& news) {
  const auto at = busy_.find(news.client_id);
  sessions_.insert_or_assign(at == busy_.end() ? news.client_id : at->first, news.session);
  return at == busy_.end() ? step{} : next(at);
}

registry_table::step registry_table::abandoned(std::string_view client_id) {
  const auto at = busy_.find(client_id);
  return at == busy_.end() ? step{} : next(at);
}

registry_table::step registry_table::evicted(std::string_view client_id) {
  const auto at = busy_.find(client_id);
  if (at == busy_.end()) return {};
  if (const auto session = sessions_.find(client_id); session != sessions_.end()) sessions_.erase(session);
  return {grant{at->second.current.who, {}, at->first}};
}

registry_table::step registry_table::unregister(const actors::unregister& gone) {
  const auto at = sessions_.find(gone.client_id.view());
  if (at != sessions_.end() && at->second == gone.session) sessions_.erase(at);
  return {};
}

session_ref registry_table::find(std::string_view client_id) const noexcept {
  const auto at = sessions_.find(client_id);
  return at == sessions_.end() ? session_ref{} : at->second;
}

bool registry_table::contains(std::string_view client_id) const noexcept {
  return busy_.contains(client_id) || sessions_.contains(client_id);
}

// An id that is wanted and has no session counts, too.
std::size_t registry_table::size() const noexcept {
  const auto wanted_only =
    std::ranges::count_if(busy_, [this](const auto& each) { return !sessions_.contains(each.first); });
  return sessions_.size() + static_cast<std::size_t>(wanted_only);
}

}  // namespace troupe::actors
