#include "actors/router/route_desk.hpp"

#include "actors/durability/node_store.hpp"
#include "routing/topic.hpp"

namespace troupe::actors {

route_desk::route_desk(runtime::post_office& office, std::uint32_t loop)
  : office_{office},
    loop_{loop},
    by_shard_(office.loops()) {}

void route_desk::route(session::route what, session_ref publisher) {
  auto& to = by_shard_[shard_of(what.body->topic(), office_.loops())];
  if (!to.open) {
    to.open = new route_batch;
    to.since = node_clock::now();
    to.batch = ref_ptr<const route_batch>::adopt(to.open);
  }
  to.waiting_for.push_back({publisher, {.ticket = what.ticket, .bytes = what.bytes, .qos = what.qos}, what.packet_id});
  to.open->publications.push_back(std::move(what.body));
}

bool route_desk::flush() {
  auto any = false;
  for (std::uint32_t shard = 0; shard < by_shard_.size(); ++shard) {
    auto& from = by_shard_[shard];
    if (!from.open) continue;
    from.open->id = {loop_, ++last_number_};
    auto& batch = under_way_[last_number_].batch;
    batch.waiting_for = std::exchange(from.waiting_for, {});
    batch.number = last_number_;
    batch.shard = shard;
    batch.since = from.since;
    if (store_) {
      from.under_way.push_back(last_number_);
      from.open->first_message = store_->take_messages(from.open->publications.size());
      batch.publications = from.batch;
    }
    from.open = nullptr;
    office_.send(shard, runtime::role::shard, actors::route{std::exchange(from.batch, nullptr)});
    any = true;
  }
  return any;
}

std::uint64_t route_desk::oldest_under_way(std::uint32_t shard) {
  auto& numbers = by_shard_[shard].under_way;
  while (!numbers.empty() && !under_way_.contains(numbers.front())) numbers.pop_front();
  return numbers.empty() ? last_number_ + 1 : numbers.front();
}

std::optional<route_desk::routed_batch> route_desk::answered(const dispatched& answer) {
  auto at = under_way_.find(answer.id.number);
  if (at == under_way_.end() || at->second.dispatched) return {};
  auto& [batch, answers, expected, dispatched] = at->second;
  dispatched = true;
  expected = answer.loops;
  batch.retained = answer.retained;
  for (std::size_t i = 0; i < answer.results.size() && i < batch.waiting_for.size(); ++i) {
    auto& result = batch.waiting_for[i].result;
    result.matched = answer.results[i] == route_result::matched;
    if (answer.results[i] == route_result::refused) result.refused = mqtt::reason::unspecified_error;
  }
  return finish_if_complete(at);
}

// A delivery on another loop may be faster than the shard's own answer.
std::optional<route_desk::routed_batch> route_desk::answered(const delivered& answer) {
  auto at = under_way_.find(answer.id.number);
  if (at == under_way_.end()) return {};
  ++at->second.answers;
  if (answer.kept) at->second.batch.kept.push_back({answer.loop, answer.kept});
  return finish_if_complete(at);
}

std::optional<route_desk::routed_batch> route_desk::finish_if_complete(table::iterator at) {
  if (!at->second.dispatched || at->second.answers < at->second.expected) return {};
  std::optional<routed_batch> result{std::move(at->second.batch)};
  const auto now = node_clock::now();
  latency_->record(std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()), now - result->since);
  under_way_.erase(at);
  return result;
}

}  // namespace troupe::actors
