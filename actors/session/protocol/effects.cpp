#include "actors/session/protocol/effects.hpp"

#include <utility>

namespace troupe::session {

namespace {

/// Past this, capacity that one burst needed is not kept for all the turns to come.
constexpr std::size_t kept_max = 16 * 1024;

template <class T>
void empty(std::vector<T>& list) noexcept {
  if (list.capacity() > kept_max)
    std::vector<T>{}.swap(list);
  else
    list.clear();
}

template <class T>
void shorten(std::vector<T>& list, std::size_t to) noexcept {
  list.erase(list.begin() + static_cast<std::ptrdiff_t>(to), list.end());
}

}  // namespace

std::string_view to_string(drop_reason reason) noexcept {
  switch (reason) {
    case drop_reason::queue_full: return "queue_full";
    case drop_reason::expired: return "expired";
    case drop_reason::too_large: return "too_large";
    case drop_reason::away_qos0: return "away_qos0";
    case drop_reason::denied: return "denied";
    case drop_reason::refused: return "refused";
    case drop_reason::session_ended: return "session_ended";
    case drop_reason::not_stored: return "not_stored";
    case drop_reason::count_of_reasons: break;
  }
  return "unknown";
}

void effects::clear() noexcept {
  out.clear();
  empty(routes);
  empty(subscribe);
  empty(unsubscribe);
  empty(redispatches);
  empty(debug_publishes);
  close.reset();
  ended = false;
  gated = false;
  if (std::exchange(has_drops, false)) drops = {};
  delivered = {};
  received = {};
  followed.clear();
  empty(changes);
  prepared.reset();
}

effects::mark effects::note() const noexcept {
  return {out.note(),
          routes.size(),
          subscribe.size(),
          unsubscribe.size(),
          redispatches.size(),
          debug_publishes.size(),
          close,
          ended,
          gated,
          drops,
          has_drops,
          delivered,
          received,
          followed.size()};
}

void effects::rewind(const mark& to) noexcept {
  out.rewind(to.out);
  shorten(routes, to.routes);
  shorten(subscribe, to.subscribe);
  shorten(unsubscribe, to.unsubscribe);
  shorten(redispatches, to.redispatches);
  shorten(debug_publishes, to.debug_publishes);
  close = to.close;
  ended = to.ended;
  gated = to.gated;
  drops = to.drops;
  has_drops = to.has_drops;
  delivered = to.delivered;
  received = to.received;
  shorten(followed, to.followed);
  empty(changes);
  prepared.reset();
}

}  // namespace troupe::session
