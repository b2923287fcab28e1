#include "actors/durability/pending_deliveries.hpp"

#include <algorithm>

#include "actors/durability/durability.hpp"
#include "actors/durability/rows.hpp"
#include "actors/workplace.hpp"
#include "persistence/keys.hpp"

namespace troupe::actors {

void pending_deliveries::add(session_ref to, std::uint64_t number, const publication_ptr& body,
                             std::uint32_t publication, std::uint64_t message, const session::addressing& how) {
  if (next_sequence_ == 0) next_sequence_ = at_.durable->store().first_sequence();
  if (!open_rows_) open_rows_ = std::make_shared<kept_part>();
  auto address = how;
  address.message = message;
  address.sequence = next_sequence_++;
  auto& added = open_.emplace_back(place{to, number, session::make_delivery(body, address)});
  auto row = queue_row(added.what, 0, persistence::entry_state::queued);
  row.message = 0;
  auto& rows = open_rows_->rows;
  const auto before = rows.size();
  persistence::append(rows, row);
  const auto bytes = static_cast<std::uint32_t>(rows.size() - before);
  open_rows_->entries.push_back({publication, bytes, number, address.sequence});
}

std::shared_ptr<kept_part> pending_deliveries::close(batch_id of) {
  if (!open_rows_) return nullptr;
  parts_.push_back({of, state::waits, std::exchange(open_, {})});
  return std::exchange(open_rows_, nullptr);
}

void pending_deliveries::settle(const stored& news) {
  auto at = std::ranges::find(parts_, news.id, &part::id);
  if (at == parts_.end()) return;
  at->state = news.kept ? state::kept : state::refused;
  for (auto& each : at->places)
    if (news.kept && news.own->contains(each.what.more->message)) each.what.more->message = 0;
  while (!parts_.empty() && parts_.front().state != state::waits) {
    auto next = std::move(parts_.front());
    parts_.pop_front();
    deliver(next);
  }
}

void pending_deliveries::deliver(part& settled) {
  if (settled.state == state::refused) return;  // the publisher is told
  for (auto& each : settled.places) at_.durable->deliver(std::move(each));
}

std::unordered_set<std::uint64_t> pending_deliveries::sequences_of(session_ref who) const {
  std::unordered_set<std::uint64_t> result;
  for (const auto& waiting : parts_)
    for (const auto& each : waiting.places)
      if (each.session == who) result.insert(each.what.more->sequence);
  return result;
}

}  // namespace troupe::actors
