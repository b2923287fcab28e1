#include "actors/router/request_desk.hpp"

#include "routing/topic.hpp"

namespace troupe::actors {

template <class Message, class Entry, class FilterOf>
void request_desk::split(session_ref who, std::uint32_t ticket, std::vector<Entry> entries, FilterOf filter_of) {
  std::vector<std::vector<Entry>> by_shard(office_.loops());
  for (auto& entry : entries) {
    if (auto home = shard_of_filter(filter_of(entry), office_.loops())) {
      by_shard[*home].push_back(std::move(entry));
    } else {
      for (auto& shard : by_shard) shard.push_back(entry);
    }
  }
  std::uint32_t asked = 0;
  for (std::uint32_t shard = 0; shard < by_shard.size(); ++shard) {
    if (by_shard[shard].empty()) continue;
    ++asked;
    office_.send(shard, runtime::role::shard, Message{who, ticket, std::move(by_shard[shard])});
  }
  if (ticket != 0) under_way_[{who, ticket}] = {asked};
}

void request_desk::ask(session_ref who, session::subscribe_request what) {
  std::vector<subscribe::entry> entries;
  entries.reserve(what.entries.size());
  for (auto& entry : what.entries) entries.push_back({std::move(entry.what), entry.is_new});
  split<subscribe>(who, what.ticket, std::move(entries),
                   [](const subscribe::entry& e) { return e.what.filter.view(); });
}

void request_desk::ask(session_ref who, session::unsubscribe_request what) {
  split<unsubscribe>(who, what.ticket, std::move(what.filters),
                     [](const shared_text& filter) { return filter.view(); });
}

request_desk::progress request_desk::answered(session_ref who, std::uint32_t ticket, bool refused) {
  auto at = under_way_.find({who, ticket});
  if (at == under_way_.end()) return progress::waiting;
  at->second.refused |= refused;
  if (--at->second.answers_due > 0) return progress::waiting;
  auto outcome = at->second.refused ? progress::refused : progress::granted;
  under_way_.erase(at);
  return outcome;
}

}  // namespace troupe::actors
