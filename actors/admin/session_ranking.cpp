#include "actors/admin/session_ranking.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <memory>

#include "actors/admin/actor_shares.hpp"

namespace troupe::admin {

namespace {

constexpr std::array<std::string_view, 13> fields{
  "path",     "name",      "class",    "state",      "loop",         "mailbox_depth",    "oldest_message_age_ms",
  "restarts", "cpu_share", "children", "last_error", "memory_bytes", "messages_handled",
};

/// What a session is ordered by. Larger is later; a descending order has it negated.
struct key {
  double value = 0;
  std::uint32_t slot = 0;

  friend auto operator<=>(const key&, const key&) = default;
  std::string cursor(const sort_order& by) const {
    std::array<char, 40> exact;  // to_string() would round it
    std::snprintf(exact.data(), exact.size(), "%.17g@%u", value, slot);
    return beginning(by) + exact.data();
  }
  static std::optional<key> of(const sort_order& by, std::string_view cursor) {
    const auto order = beginning(by);
    if (!cursor.starts_with(order)) return {};
    cursor.remove_prefix(order.size());
    key result;
    const auto end = cursor.data() + cursor.size();
    auto read = std::from_chars(cursor.data(), end, result.value);
    if (read.ec != std::errc{} || !std::isfinite(result.value) || read.ptr == end || *read.ptr != '@') return {};
    read = std::from_chars(read.ptr + 1, end, result.slot);
    if (read.ec != std::errc{} || read.ptr != end) return {};
    return result;
  }

private:
  /// A page of one order says nothing about another one.
  static std::string beginning(const sort_order& by) { return (by.descending ? "-" : "") + by.field + ":"; }
};

double value_of(const session_place& of, std::string_view field, time_point now, const work_shares* shares) {
  if (field == "mailbox_depth") return of.seat ? of.seat->record().queued_messages() : of.asleep->queued;
  if (field == "state") return of.asleep ? 1 : 0;
  if (!of.seat) return 0;
  if (field == "messages_handled") return static_cast<double>(of.seat->traffic().handled);
  if (field == "restarts") return of.seat->restarts();
  if (field == "oldest_message_age_ms") return static_cast<double>(oldest_wait_of(*of.seat, now).value_or(0));
  if (field == "cpu_share") return shares ? share_of(*shares, of) : 0;
  if (field == "memory_bytes") return static_cast<double>(memory_of(*of.seat).total());
  return 0;
}

class ranking : public std::enable_shared_from_this<ranking> {
public:
  using all_shares = std::shared_ptr<const std::vector<work_shares>>;
  using done = std::function<void(const std::vector<session_view>&, const std::string&)>;

  ranking(inquiries& ask, all_shares shares, std::uint32_t loop, sort_order by, std::optional<key> behind,
          std::size_t limit, done then)
    : ask_{ask},
      shares_{std::move(shares)},
      loop_{loop},
      by_{std::move(by)},
      behind_{behind},
      limit_{limit},
      then_{std::move(then)} {}

  void look(std::uint32_t from) {
    ask_.ask(
      loop_, [self = shared_from_this(), from](actors::station& on) { return self->part(on, from); },
      [self = shared_from_this()](keys found) { self->take(std::move(found)); });
  }

private:
  struct keys {
    std::vector<key> found;
    std::uint32_t next = 0;
    bool last = true;
  };

  struct views {
    std::vector<session_view> found;
    std::size_t next = 0;
    bool last = true;
  };

  keys part(actors::station& on, std::uint32_t from) const {
    const auto& sessions = on.place().sessions;
    keys result;
    result.next = from;
    brief_look brief;
    for (auto over = false; !over && result.next < sessions.slots(); over = brief.is_over()) {
      const auto slot = result.next++;
      const session_place place{{}, sessions.at(slot), sessions.dormant_at(slot).second};
      if (!place.seat && !place.asleep) continue;
      const auto value = value_of(place, by_.field, on.loop().now(), shares());
      const key each{by_.descending ? -value : value, slot};
      if (!behind_ || *behind_ < each) result.found.push_back(each);
    }
    result.last = result.next >= sessions.slots();
    return result;
  }

  void take(keys more) {
    best_.insert(best_.end(), more.found.begin(), more.found.end());
    const auto wanted = limit_ + 1;  // whether there is a page behind this one
    if (best_.size() > wanted) {
      std::ranges::nth_element(best_, best_.begin() + static_cast<std::ptrdiff_t>(wanted));
      best_.resize(wanted);
    }
    if (!more.last) return look(more.next);
    std::ranges::sort(best_);
    if (best_.size() > limit_) {
      best_.resize(limit_);
      next_page_ = best_.back().cursor(by_);
    }
    view(0);
  }

  void view(std::size_t from) {
    ask_.ask(
      loop_, [self = shared_from_this(), from](actors::station& on) { return self->views_of(on, from); },
      [self = shared_from_this()](views more) {
        std::ranges::move(more.found, std::back_inserter(self->page_));
        if (!more.last) return self->view(more.next);
        self->then_(self->page_, self->next_page_);
      });
  }

  views views_of(actors::station& on, std::size_t from) const {
    views result;
    brief_look brief;
    for (result.next = from; result.next < best_.size() && !brief.is_over(); ++result.next)
      if (auto seen = view_at(on, best_[result.next].slot)) result.found.push_back(std::move(*seen));
    result.last = result.next == best_.size();
    return result;
  }

  std::optional<session_view> view_at(actors::station& on, std::uint32_t slot) const {
    const auto& sessions = on.place().sessions;
    if (slot >= sessions.slots()) return {};
    const auto [who, asleep] = sessions.dormant_at(slot);
    const auto* seat = sessions.at(slot);
    if (!seat && !asleep) return {};
    const session_place place{seat ? seat->self() : who, seat, asleep};
    auto result = view_of(on, place);
    if (shares()) result.cpu_share = share_of(*shares(), place);
    return result;
  }

  const work_shares* shares() const noexcept { return shares_ ? &(*shares_)[loop_] : nullptr; }

  inquiries& ask_;
  all_shares shares_;
  std::uint32_t loop_;
  sort_order by_;
  std::optional<key> behind_;
  std::size_t limit_;
  done then_;
  std::vector<key> best_;
  std::vector<session_view> page_;
  std::string next_page_;  ///< its cursor; empty: there is none
};

}  // namespace

std::optional<sort_order> sort_order::of(std::string_view text) {
  sort_order result;
  if (text.empty()) return result;
  result.descending = text.front() == '-';
  if (result.descending) text.remove_prefix(1);
  if (std::ranges::find(fields, text) == fields.end()) return {};
  result.field = text;
  return result;
}

bool is_ranking_cursor(const sort_order& by, std::string_view text) {
  return text.empty() || key::of(by, text).has_value();
}

void rank_sessions(inquiries& ask, std::shared_ptr<const std::vector<work_shares>> shares, std::uint32_t loop,
                   const sort_order& by, const std::string& cursor, std::size_t limit,
                   std::function<void(const std::vector<session_view>&, const std::string& next)> then) {
  std::make_shared<ranking>(ask, std::move(shares), loop, by, key::of(by, cursor), limit, std::move(then))->look(0);
}

}  // namespace troupe::admin
