#include "bench/measure/ledger.hpp"

#include <iterator>

namespace troupe::bench {

stream::verdict stream::arrive(std::uint32_t sequence, ledger_counts& counts) {
  if (sequence == next_) [[likely]] {
    ++next_;
    ++counts.distinct;
    return verdict::in_order;
  }
  if (sequence > next_) {
    if (!missing_) missing_ = std::make_unique<std::map<std::uint32_t, std::uint32_t>>();
    missing_->emplace(next_, sequence);
    counts.missing += sequence - next_;
    next_ = sequence + 1;
    ++counts.distinct;
    return verdict::ahead;
  }
  if (!fill(sequence)) {
    ++counts.duplicate;
    return verdict::duplicate;
  }
  --counts.missing;
  ++counts.distinct;
  ++counts.reordered;
  return verdict::late;
}

bool stream::fill(std::uint32_t sequence) {
  if (!missing_) return false;
  const auto behind = missing_->upper_bound(sequence);
  if (behind == missing_->begin()) return false;
  const auto gap = std::prev(behind);
  const auto [first, last] = *gap;
  if (sequence >= last) return false;
  missing_->erase(gap);
  if (first < sequence) missing_->emplace(first, sequence);
  if (sequence + 1 < last) missing_->emplace(sequence + 1, last);
  if (missing_->empty()) missing_.reset();
  return true;
}

stream::verdict ledger::arrive_of_stranger(std::uint32_t subscriber, std::uint32_t run, std::uint32_t publisher,
                                           std::uint32_t sequence) {
  const auto found = strangers_.try_emplace({subscriber, run, publisher}, sequence).first;
  return found->second.arrive(sequence, counts_);
}

}  // namespace troupe::bench
