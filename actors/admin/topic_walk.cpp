#include "actors/admin/topic_walk.hpp"

#include <algorithm>

namespace troupe::admin {

namespace {

constexpr std::size_t places_at_once = 256;  ///< some 50 us of a loop

class topic_walk : public std::enable_shared_from_this<topic_walk> {
public:
  topic_walk(inquiries& ask, std::shared_ptr<topic_level> page, std::function<void(bool)> done)
    : ask_{ask},
      page_{std::move(page)},
      done_{std::move(done)} {}

  void begin_loop() {
    if (loop_ == ask_.loops()) return done_(rates_known_);
    retained_ = retained_index::place{page_->first_topic(), false};
    filters_ = subscription_index::position{};
    published_ = 0;
    go_on();
  }

private:
  // No answer of a loop, as after an exception, is one that has nothing to add.
  void go_on() {
    ask_.ask(
      loop_, [self = shared_from_this()](actors::station& on) { return self->look(on); },
      [self = shared_from_this()](bool more) {
        if (more) return self->go_on();
        ++self->loop_;
        self->begin_loop();
      });
  }

  /// One step on the loop: whether there is more to look at.
  bool look(actors::station& on) {
    const auto now = on.loop().now();
    if (retained_) {
      on.of_shard().published.watch(now);
      retained_ = on.place().retained.index.browse(*retained_, places_at_once, now, [&](const auto& each) {
        if (page_->is_past(each.what->topic())) return false;
        page_->retains(each.what->topic());
        return true;
      });
      return true;
    }
    if (filters_) {
      const auto* index = on.of_shard().subscriptions;
      const auto done =
        !index || index->visit(*filters_, places_at_once, loop_ == 0,
                               [&](std::string_view filter, std::size_t count) { page_->subscribed(filter, count); });
      if (done) filters_.reset();
      return true;
    }
    return look_at_published(on.of_shard().published, now);
  }

  bool look_at_published(const topic_samples& of, time_point now) {
    if (of.seconds(now) == 0) {
      rates_known_ = false;
      return false;
    }
    return !of.visit(published_, places_at_once, now,
                     [&](std::string_view topic, double rate) { page_->published(topic, rate); });
  }

  inquiries& ask_;
  std::shared_ptr<topic_level> page_;  ///< touched by the loop that is asked, while it is
  std::function<void(bool)> done_;
  std::uint32_t loop_ = 0;
  std::optional<retained_index::place> retained_;
  std::optional<subscription_index::position> filters_;
  std::uint32_t published_ = 0;
  bool rates_known_ = true;
};

/// Of one loop after the other the first that are wanted; of what they found together the first are left.
class retained_reading : public std::enable_shared_from_this<retained_reading> {
public:
  using kept = retained_index::kept;

  retained_reading(inquiries& ask, retained_query what, std::function<void(std::vector<kept>)> then)
    : ask_{ask},
      what_{std::move(what)},
      then_{std::move(then)} {}

  void begin_loop() {
    if (loop_ == ask_.loops()) return then_(std::move(found_));
    at_ = what_.from;
    here_.clear();
    go_on();
  }

private:
  void go_on() {
    ask_.ask(
      loop_, [self = shared_from_this()](actors::station& on) { return self->look(on); },
      [self = shared_from_this()](bool more) {
        if (more) return self->go_on();
        self->merge();
        ++self->loop_;
        self->begin_loop();
      });
  }

  bool look(actors::station& on) {
    auto next = on.place().retained.index.browse(*at_, places_at_once, on.loop().now(), [&](const kept& each) {
      const auto topic = each.what->topic();
      if (!topic.starts_with(what_.prefix) || is_behind(topic)) return false;
      here_.push_back(each);
      return here_.size() < what_.count_max;
    });
    at_ = std::move(next);
    return at_.has_value();
  }

  /// Behind all that will be left of what the loops before have found.
  bool is_behind(std::string_view topic) const {
    return found_.size() >= what_.count_max && !retained_index::comes_before(topic, found_.back().what->topic());
  }

  void merge() {
    std::vector<kept> all;
    all.reserve(found_.size() + here_.size());
    std::merge(
      found_.begin(), found_.end(), here_.begin(), here_.end(), std::back_inserter(all),
      [](const kept& a, const kept& b) { return retained_index::comes_before(a.what->topic(), b.what->topic()); });
    if (all.size() > what_.count_max) all.resize(what_.count_max);
    found_ = std::move(all);
  }

  inquiries& ask_;
  retained_query what_;
  std::function<void(std::vector<kept>)> then_;
  std::uint32_t loop_ = 0;
  std::optional<retained_index::place> at_;
  std::vector<kept> here_;   ///< of this loop
  std::vector<kept> found_;  ///< of those before it, in order
};

}  // namespace

void walk_topics(inquiries& ask, std::shared_ptr<topic_level> page, std::function<void(bool)> done) {
  std::make_shared<topic_walk>(ask, std::move(page), std::move(done))->begin_loop();
}

void read_retained(inquiries& ask, retained_query what, std::function<void(std::vector<retained_index::kept>)> then) {
  std::make_shared<retained_reading>(ask, std::move(what), std::move(then))->begin_loop();
}

}  // namespace troupe::admin
