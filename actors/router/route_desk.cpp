#include "actors/router/route_desk.hpp"

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
    to.batch = ref_ptr<const route_batch>::adopt(to.open);
  }
  to.waiting_for.push_back({publisher, {.ticket = what.ticket, .bytes = what.bytes, .qos = what.qos}});
  to.open->publications.push_back(std::move(what.body));
}

bool route_desk::flush() {
  auto any = false;
  for (std::uint32_t shard = 0; shard < by_shard_.size(); ++shard) {
    auto& from = by_shard_[shard];
    if (!from.open) continue;
    from.open->id = {loop_, ++last_number_};
    from.open = nullptr;
    under_way_[last_number_].waiting_for = std::exchange(from.waiting_for, {});
    office_.send(shard, runtime::role::shard, actors::route{std::exchange(from.batch, nullptr)});
    any = true;
  }
  return any;
}

std::span<const route_desk::waiting> route_desk::answered(const dispatched& answer) {
  auto at = under_way_.find(answer.id.number);
  if (at == under_way_.end() || at->second.dispatched) return {};
  auto& batch = at->second;
  batch.dispatched = true;
  batch.expected = answer.loops;
  for (std::size_t i = 0; i < answer.results.size() && i < batch.waiting_for.size(); ++i) {
    auto& result = batch.waiting_for[i].result;
    result.matched = answer.results[i] == route_result::matched;
    if (answer.results[i] == route_result::refused) result.refused = mqtt::reason::unspecified_error;
  }
  return finish_if_complete(at);
}

// A delivery on another loop may be faster than the shard's own answer.
std::span<const route_desk::waiting> route_desk::answered(const delivered& answer) {
  auto at = under_way_.find(answer.id.number);
  if (at == under_way_.end()) return {};
  ++at->second.answers;
  return finish_if_complete(at);
}

std::span<const route_desk::waiting> route_desk::finish_if_complete(table::iterator at) {
  auto& batch = at->second;
  if (!batch.dispatched || batch.answers < batch.expected) return {};
  finished_ = std::move(batch.waiting_for);
  under_way_.erase(at);
  return finished_;
}

}  // namespace troupe::actors
