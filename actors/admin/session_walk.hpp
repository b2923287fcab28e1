#pragma once

#include <charconv>
#include <functional>
#include <optional>
#include <string>

#include "actors/admin/inquiries.hpp"

namespace troupe::admin {

/// Where a walk over the sessions of all loops stands: "<loop>.<slot>" as a cursor, or "<loop>.<slot>.<passed>" inside
/// of a session.
struct session_position {
  std::uint32_t loop = 0;
  std::uint32_t slot = 0;
  std::uint32_t passed = 0;  ///< things of the session in the slot that have been listed

  std::string cursor() const {
    auto result = std::to_string(loop) + "." + std::to_string(slot);
    return passed == 0 ? result : result + "." + std::to_string(passed);
  }
  /// Nothing for a text that is no cursor; the beginning for an empty one.
  static std::optional<session_position> of(std::string_view cursor) {
    session_position result;
    if (cursor.empty()) return result;
    if (!take(cursor, result.loop) || !cursor.starts_with('.')) return {};
    cursor.remove_prefix(1);
    if (!take(cursor, result.slot)) return {};
    if (cursor.empty()) return result;
    if (!cursor.starts_with('.')) return {};
    cursor.remove_prefix(1);
    if (!take(cursor, result.passed) || !cursor.empty()) return {};
    return result;
  }

private:
  static bool take(std::string_view& from, std::uint32_t& number) {
    const auto read = std::from_chars(from.data(), from.data() + from.size(), number);
    if (read.ec != std::errc{}) return false;
    from.remove_prefix(static_cast<std::size_t>(read.ptr - from.data()));
    return true;
  }
};

/// What a slot of a loop's session table holds: one of the two.
struct session_place {
  session_ref who;
  const actors::session_seat* seat = nullptr;
  const actors::dormant_session* asleep = nullptr;
};

/// Visits sessions in the order of loops and slots, a brief look after the other, so that no loop is held up
/// however many there are. Sessions that come or go meanwhile may be missed.
template <class Item>
class session_walk : public std::enable_shared_from_this<session_walk<Item>> {
public:
  /// Runs on the loop; nothing: the walk is not for this session.
  using look = std::function<std::optional<Item>(actors::station&, const session_place&)>;
  /// Takes what was found, on the admin's thread; says how many more it wants.
  using take = std::function<std::size_t(std::vector<Item>)>;
  /// Where it stopped; nothing: at the end.
  using done = std::function<void(std::optional<session_position>)>;

  static void begin(inquiries& ask, session_position from, std::size_t wanted, look looks, take takes, done then) {
    std::shared_ptr<session_walk> walk{
      new session_walk{ask, from, wanted, std::move(looks), std::move(takes), std::move(then)}};
    walk->go_on();
  }

private:
  struct part {
    std::vector<Item> found;
    std::uint32_t next = 0;
    bool last = true;  ///< of the loop
  };

  session_walk(inquiries& ask, session_position from, std::size_t wanted, look looks, take takes, done then)
    : ask_{ask},
      at_{from},
      wanted_{wanted},
      look_{std::move(looks)},
      take_{std::move(takes)},
      done_{std::move(then)} {}

  void go_on() {
    if (at_.loop >= ask_.loops()) return done_(std::nullopt);
    if (wanted_ == 0) return done_(at_);
    ask_.ask(
      at_.loop, [self = this->shared_from_this()](actors::station& on) { return self->part_of(on); },
      [self = this->shared_from_this()](part found) { self->took(std::move(found)); });
  }

  part part_of(actors::station& on) const {
    const auto& sessions = on.place().sessions;
    part result;
    result.next = at_.slot;
    brief_look brief;
    for (auto over = false; !over && result.next < sessions.slots(); ++result.next, over = brief.is_over()) {
      if (result.found.size() == wanted_) break;
      const auto [who, asleep] = sessions.dormant_at(result.next);
      const auto* seat = sessions.at(result.next);
      if (!seat && !asleep) continue;
      if (auto item = look_(on, {seat ? seat->self() : who, seat, asleep})) result.found.push_back(std::move(*item));
    }
    result.last = result.next >= sessions.slots();
    return result;
  }

  void took(part found) {
    at_ = found.last ? session_position{at_.loop + 1, 0, 0} : session_position{at_.loop, found.next, 0};
    wanted_ = take_(std::move(found.found));
    go_on();
  }

  inquiries& ask_;
  session_position at_;
  std::size_t wanted_;
  look look_;
  take take_;
  done done_;
};

}  // namespace troupe::admin
