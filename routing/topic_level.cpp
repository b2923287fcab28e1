#include "routing/topic_level.hpp"

#include <iterator>
#include <utility>

namespace troupe {

topic_level::topic_level(const std::string* parent, list_cursor after, std::size_t names_max)
  : base_{parent ? *parent + '/' : std::string{}},
    after_{std::move(after)},
    names_max_{names_max} {}

/// Precondition: it begins with base_.
std::string_view topic_level::name_in(std::string_view text) const noexcept {
  text.remove_prefix(base_.size());
  return text.substr(0, text.find('/'));
}

/// The end: there was no room for it.
topic_level::page::iterator topic_level::add(std::string_view name) {
  auto added = names_.emplace(std::string{name}, counts{}).first;
  bytes_ += name.size();
  while (names_.size() > names_max_ || (bytes_ > bytes_max && names_.size() > 1)) {
    auto last = std::prev(names_.end());
    bytes_ -= last->first.size();
    if (last == added) added = names_.end();
    latest_ = nullptr;
    rest_ = std::move(names_.extract(last).key());
  }
  return added;
}

topic_level::counts* topic_level::place_of(std::string_view text) {
  if (!text.starts_with(base_)) return nullptr;
  const auto name = name_in(text);
  if (!latest_ || latest_->first != name) {
    if (after_.has_passed(name) || (rest_ && name >= *rest_)) return nullptr;
    auto found = names_.find(name);
    if (found == names_.end()) found = add(name);
    if (found == names_.end()) return nullptr;
    latest_ = &*found;
  }
  if (text.size() > base_.size() + name.size()) latest_->second.children = true;
  return &latest_->second;
}

void topic_level::subscribed(std::string_view filter, std::uint64_t count) {
  if (auto* at = place_of(filter)) at->subscriptions += count;
}

void topic_level::retains(std::string_view topic) {
  if (auto* at = place_of(topic)) ++at->retained;
}

void topic_level::published(std::string_view topic, double rate) {
  if (auto* at = place_of(topic)) at->rate += rate;
}

bool topic_level::is_past(std::string_view topic) const {
  return !topic.starts_with(base_) || (rest_ && name_in(topic) >= *rest_);
}

std::string topic_level::first_topic() const {
  if (after_.at_beginning()) return base_;
  // The least text behind a name and all that is below it, or behind all that begins so.
  return base_ + std::string{after_.last()} + (after_.is_cut() ? '\xFF' : '\x01');
}

std::string topic_level::next() const {
  return rest_ ? list_cursor::behind(std::prev(names_.end())->first).text() : std::string{};
}

}  // namespace troupe
