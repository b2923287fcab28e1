#include "actors/admin/work_watch.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

namespace troupe::admin {

namespace {

using namespace std::chrono_literals;

constexpr auto goes_on_for = 60s;
constexpr auto own_interval = 2s;

std::chrono::nanoseconds time_of_this_thread() noexcept {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
}

}  // namespace

work_watch::work_watch(const node_view& node, boost::asio::io_context& io)
  : node_{node},
    next_{io},
    samples_{node.stations.size()},
    marks_(node.stations.size()) {}

std::shared_ptr<const std::vector<work_shares>> work_watch::shares() {
  wanted_until_ = work_samples::clock::now() + goes_on_for;
  if (!looks_) {
    looks_ = true;
    samples_.forget();
    own_since_ = work_samples::clock::now();
    own_time_ = time_of_this_thread();
    own_share_ = 0;
    go_on();
  }
  return samples_.shares();
}

void work_watch::look_at_oneself(work_samples::clock::time_point now) {
  const std::chrono::duration<double> passed = now - own_since_;
  if (passed < own_interval) return;
  own_since_ = now;
  const auto before = std::exchange(own_time_, time_of_this_thread());
  const std::chrono::duration<double> used = own_time_ - before;
  own_share_ = std::clamp(used / passed, 0.0, 1.0);
}

void work_watch::go_on() {
  next_.expires_after(std::uniform_int_distribution<int>{4000, 6000}(random_)*1us);
  next_.async_wait([this](boost::system::error_code failed) {
    if (!failed) look();
  });
}

void work_watch::look() {
  const auto now = work_samples::clock::now();
  if (now >= wanted_until_) {
    looks_ = false;
    return samples_.forget();
  }
  std::chrono::nanoseconds used{};
  for (std::size_t i = 0; i < marks_.size(); ++i) {
    auto& loop = node_.stations[i]->loop();
    marks_[i] = loop.mark().now();
    used += loop.processor_time();
  }
  samples_.look(now, used, marks_);
  look_at_oneself(now);
  go_on();
}

}  // namespace troupe::admin
