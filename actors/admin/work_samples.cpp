#include "actors/admin/work_samples.hpp"

#include <algorithm>

namespace troupe::admin {

using transport::work_mark;

void work_samples::look(clock::time_point now, std::chrono::nanoseconds processor_time,
                        std::span<const work_mark::whom> marks) {
  made_.reset();
  if (looks_.size() < looks_max) {
    looks_.push_back({now, processor_time});
    marks_.insert(marks_.end(), marks.begin(), marks.end());
    return;
  }
  looks_[next_] = {now, processor_time};
  std::ranges::copy(marks, marks_.begin() + static_cast<std::ptrdiff_t>(next_ * loops_));
  next_ = (next_ + 1) % looks_max;
}

void work_samples::forget() {
  looks_.clear();
  marks_.clear();
  next_ = 0;
  made_.reset();
}

double work_samples::running_part(std::size_t marked) const noexcept {
  const auto& first = looks_[next_];
  const auto& last = looks_[(next_ + looks_.size() - 1) % looks_.size()];
  const std::chrono::duration<double> passed = last.at - first.at, used = last.processor_time - first.processor_time;
  if (marked == 0 || passed.count() <= 0) return 1;
  const auto seen = passed.count() * static_cast<double>(marked) / static_cast<double>(looks_.size());
  return std::min(1.0, used.count() / seen);
}

std::shared_ptr<const std::vector<work_shares>> work_samples::shares() const {
  if (looks_.size() < looks_min) return nullptr;
  if (made_) return made_;
  const auto marked =
    static_cast<std::size_t>(std::ranges::count_if(marks_, [](auto each) { return each != work_mark::nobody; }));
  const auto each_look = running_part(marked) / static_cast<double>(looks_.size());
  auto result = std::make_shared<std::vector<work_shares>>(loops_);
  for (std::size_t i = 0; i < marks_.size(); ++i) {
    const auto who = marks_[i];
    if (who == work_mark::nobody) continue;
    auto& loop = (*result)[i % loops_];
    loop.of[who] += each_look;
    loop.all += each_look;
    const auto is_actor_or_loop = who == work_mark::itself || (who & (work_mark::of_session | work_mark::of_link)) == 0;
    if (!is_actor_or_loop) loop.sessions += each_look;
  }
  return made_ = std::move(result);
}

}  // namespace troupe::admin
