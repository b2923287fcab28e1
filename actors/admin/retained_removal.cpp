#include "actors/admin/retained_removal.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "actors/admin/topic_walk.hpp"
#include "routing/topic.hpp"

namespace troupe::admin {

namespace {

using clock = std::chrono::steady_clock;
using messages = std::vector<retained_index::kept>;

constexpr std::size_t at_once = 256;
constexpr auto patience = std::chrono::seconds{1};  ///< for a shard
constexpr auto time_max = std::chrono::seconds{20};
constexpr auto ask_again_after = std::chrono::milliseconds{2};

void route_empty(actors::station& on, std::string_view topic) {
  session::route what;
  what.body = publication::make({.topic = topic, .retain = true});
  on.place().routes.route(std::move(what), {});
}

/// Has one loop remove messages of its shard, and waits until the last of them is gone.
class removal_on_loop : public std::enable_shared_from_this<removal_on_loop> {
public:
  removal_on_loop(inquiries& ask, std::uint32_t loop, messages what, std::function<void(bool)> then)
    : ask_{ask},
      loop_{loop},
      what_{std::move(what)},
      then_{std::move(then)},
      timer_{ask.admin()} {}

  void begin() {
    ask_.ask(
      loop_,
      [self = shared_from_this()](actors::station& on) {
        for (const auto& each : self->what_) route_empty(on, each.what->topic());
        return true;
      },
      [self = shared_from_this()](bool) { self->look(); });
  }

private:
  // Another message in its place was stored after it was gone.
  void look() {
    ask_.ask(
      loop_,
      [self = shared_from_this()](actors::station& on) {
        const auto& last = self->what_.back().what;
        return on.place().retained.index.find(last->topic(), on.loop().now()) != last;
      },
      [self = shared_from_this()](bool gone) {
        if (gone || clock::now() > self->deadline_) return self->then_(gone);
        self->timer_.expires_after(ask_again_after);
        self->timer_.async_wait([self](boost::system::error_code failed) {
          if (!failed) self->look();
        });
      });
  }

  inquiries& ask_;
  std::uint32_t loop_;
  messages what_;
  std::function<void(bool)> then_;
  boost::asio::steady_timer timer_;
  clock::time_point deadline_ = clock::now() + patience;
};

/// Removes messages of any shards. `then`: whether all are gone.
void remove(inquiries& ask, messages what, std::function<void(bool)> then) {
  std::map<std::uint32_t, messages> by_loop;
  for (auto& each : what) by_loop[shard_of(each.what->topic(), ask.loops())].push_back(std::move(each));
  struct gathering {
    std::size_t missing;
    bool all = true;
  };
  auto state = std::make_shared<gathering>(gathering{by_loop.size()});
  for (auto& [loop, part] : by_loop)
    std::make_shared<removal_on_loop>(ask, loop, std::move(part), [state, then](bool gone) {
      state->all = state->all && gone;
      if (--state->missing == 0) then(state->all);
    })->begin();
}

class removal_below : public std::enable_shared_from_this<removal_below> {
public:
  removal_below(inquiries& ask, std::string prefix, std::function<void(removal)> then)
    : ask_{ask},
      query_{prefix, {prefix, false}, at_once},
      then_{std::move(then)} {}

  void go_on() {
    read_retained(ask_, query_, [self = shared_from_this()](messages found) {
      if (found.empty()) return self->then_(self->result_);
      self->query_.from = {std::string{found.back().what->topic()}, true};
      const auto count = found.size();
      remove(self->ask_, std::move(found), [self, count](bool gone) { self->removed(count, gone); });
    });
  }

private:
  void removed(std::size_t count, bool gone) {
    if (gone) result_.removed += count;
    result_.more = !gone || clock::now() > deadline_;
    result_.more ? then_(result_) : go_on();
  }

  inquiries& ask_;
  retained_query query_;
  std::function<void(removal)> then_;
  removal result_;
  clock::time_point deadline_ = clock::now() + time_max;
};

}  // namespace

void remove_retained(inquiries& ask, std::string topic, std::function<void(removal)> then) {
  const auto loop = shard_of(topic, ask.loops());
  ask.ask(
    loop,
    [topic = std::move(topic)](actors::station& on) {
      return on.place().retained.index.look_up(topic, on.loop().now());
    },
    [&ask, then = std::move(then)](retained_index::kept found) {
      if (!found.what) return then({});
      messages one;
      one.push_back(std::move(found));
      remove(ask, std::move(one), [then](bool gone) { then({gone ? 1u : 0u, !gone}); });
    });
}

void remove_retained_below(inquiries& ask, std::string prefix, std::function<void(removal)> then) {
  std::make_shared<removal_below>(ask, std::move(prefix), std::move(then))->go_on();
}

}  // namespace troupe::admin
