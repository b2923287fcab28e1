#include "actors/event_topics.hpp"

#include <algorithm>
#include <numeric>

#include <boost/json/serialize.hpp>

#include "actors/admin/history/event_json.hpp"
#include "actors/admin/session_view.hpp"
#include "actors/workplace.hpp"
#include "config/log.hpp"
#include "routing/topic.hpp"

namespace troupe::actors {

namespace {

constexpr std::string_view root = "$SYS/actors";

/// The path with what no topic level may hold encoded, level by level.
std::string levels_of(std::string_view path) {
  std::string result;
  for (const auto each : path)
    if (each == '+' || each == '#' || static_cast<unsigned char>(each) < 0x20)
      result += admin::percent_encoded({&each, 1});
    else
      result += each;
  return result;
}

}  // namespace

event_topics::event_topics(admin::event_history& history, std::uint32_t shards, std::uint32_t per_second_max,
                           publish to)
  : history_{history},
    per_second_max_{per_second_max},
    publish_{std::move(to)},
    subscriptions_(shards) {}

event_topics::~event_topics() {
  if (watching_as_ != 0) history_.watchers.unwatch(watching_as_);
}

bool event_topics::reached_by(std::string_view filter) noexcept {
  constexpr std::string_view sys = "$SYS/";
  auto rest = match_part(filter);
  if (!rest.starts_with(sys)) return false;
  rest.remove_prefix(sys.size());
  const auto level = rest.substr(0, rest.find('/'));
  return level == "#" || level == "+" || level == root.substr(sys.size());
}

void event_topics::subscriptions_changed(std::uint32_t shard, int by) {
  std::lock_guard guard{mutex_};
  subscriptions_[shard] += by;
  watch_or_not();
}

void event_topics::forget(std::uint32_t shard) {
  std::lock_guard guard{mutex_};
  subscriptions_[shard] = 0;
}

void event_topics::settled() {
  std::lock_guard guard{mutex_};
  watch_or_not();
}

void event_topics::watch_or_not() {
  const auto wanted = std::ranges::any_of(subscriptions_, [](auto each) { return each > 0; });
  if (wanted == (watching_as_ != 0)) return;
  if (!wanted) return history_.watchers.unwatch(std::exchange(watching_as_, 0));
  watching_as_ = history_.watchers.watch({}, [this](const auto& what) { tell(what); });
  if (watching_as_ == 0) log::warning("admin", "{}: too many watch for events already; none is published", root);
}

void event_topics::tell(const std::shared_ptr<const admin::event>& what) {
  const auto now = node_clock::now();
  if (now - second_begins_ >= std::chrono::seconds{1}) {
    second_begins_ = now;
    told_ = 0;
  }
  if (told_ == per_second_max_) {
    left_out_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  ++told_;
  publish_(what);
}

std::string topic_of(const admin::event& what) {
  auto result = std::string{root}.append("/").append(to_string(what.kind));
  if (!what.client.empty()) return result.append("/").append(admin::percent_encoded(what.client));
  if (!what.actor.empty()) return result.append("/").append(levels_of(what.actor));
  return result;
}

void publish_event(workplace& at, const admin::event& what) {
  const auto topic = topic_of(what);
  if (!at.access || at.access->open_by_default(topic)) return;
  const auto text = boost::json::serialize(admin::to_json(what));
  session::route message;
  message.body =
    publication::make({.topic = topic, .payload = std::as_bytes(std::span{text}), .arrived = at.loop.now()});
  at.routes.route(std::move(message), {});
}

}  // namespace troupe::actors
