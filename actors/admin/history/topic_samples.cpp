#include "actors/admin/history/topic_samples.hpp"

#include <algorithm>

namespace troupe::admin {

namespace {

/// The name, or as many of its first levels as fit; empty when not even one does.
std::string_view first_levels(std::string_view topic, std::size_t bytes_max) {
  if (topic.size() <= bytes_max) return topic;
  const auto end = topic.rfind('/', bytes_max);
  return topic.substr(0, end == std::string_view::npos ? 0 : end);
}

}  // namespace

std::int64_t topic_samples::second_of(clock::time_point at) noexcept {
  return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
}

// xorshift: it has to be even, and nobody gains by guessing it.
std::uint64_t topic_samples::draw() noexcept {
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  return random_;
}

void topic_samples::watch(clock::time_point now) {
  if (watched_ && now > until_) *this = {};  // nothing was published since, so that nobody ended it
  until_ = now + watch_time;
  if (watched_) return;
  watched_ = true;
  first_ = second_of(now) + 1;
}

void topic_samples::saw(std::string_view topic, clock::time_point now) {
  if (now > until_) {
    *this = {};
    return;
  }
  const auto number = second_of(now);
  auto& slot = slots_[static_cast<std::size_t>(number) % slots_.size()];
  if (slot.number != number) {
    slot.number = number;
    slot.seen = 0;
    slot.topics.clear();
  }
  ++slot.seen;
  if (slot.topics.size() < samples_max) {
    slot.topics.emplace_back(first_levels(topic, topic_bytes_kept));
  } else if (const auto place = draw() % slot.seen; place < samples_max) {
    slot.topics[place] = first_levels(topic, topic_bytes_kept);
  }
}

std::int64_t topic_samples::seconds(clock::time_point now) const noexcept {
  if (!watched_) return 0;
  return std::clamp<std::int64_t>(second_of(now) - first_, 0, seconds_kept);
}

bool topic_samples::visit(std::uint32_t& at, std::size_t count_max, clock::time_point now,
                          const std::function<void(std::string_view, double)>& f) const {
  const auto of = seconds(now);
  const auto today = second_of(now);
  constexpr auto places = static_cast<std::uint32_t>((seconds_kept + 1) * samples_max);
  for (; at < places && count_max != 0; ++at, --count_max) {
    const auto& slot = slots_[at / samples_max];
    const auto place = at % samples_max;
    if (slot.number >= today || slot.number < today - of || place >= slot.topics.size()) {
      at += samples_max - place - 1;  // on to the next second
      continue;
    }
    const auto stands_for = static_cast<double>(slot.seen) / static_cast<double>(slot.topics.size());
    if (!slot.topics[place].empty()) f(slot.topics[place], stands_for / static_cast<double>(of));
  }
  return at >= places;
}

}  // namespace troupe::admin
