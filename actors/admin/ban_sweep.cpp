#include "actors/admin/ban_sweep.hpp"

#include <algorithm>

#include "actors/bans/ban_gate.hpp"

namespace troupe::admin {

namespace {

actors::ban_ptr match(const actors::ban_set& bans, const actors::session_seat& seat) {
  const auto& record = seat.record();
  if (!record.connected || !seat.link()) return nullptr;
  if (auto by = bans.client(record.client_id.view())) return by;
  if (!record.user_name.view().empty())
    if (auto by = bans.user(record.user_name.view())) return by;
  if (!bans.any_address()) return nullptr;
  const auto from = transport::parse_peer(seat.link()->peer());
  return from && from->kind == transport::peer_address::kind::ip ? bans.address(from->ip) : nullptr;
}

void disconnect(actors::station& on, session_ref who, const actors::ban_set& bans) {
  auto* seat = on.place().sessions.find(who);
  const auto by = seat ? match(bans, *seat) : nullptr;
  if (!by) return;
  on.place().chronicle.kicked(seat->record().client_id.view(), by->by, mqtt::reason::banned, actors::words_of(*by));
  seat->kick(mqtt::reason::banned);
}

}  // namespace

void ban_sweep::begin(const actors::ban_ptr& with) {
  waiting_.put(std::get<actors::ban_key>(actors::key_of(with->kind, with->value)), with);
  if (!walks_) walk();
}

void ban_sweep::walk() {
  walks_ = waiting_.size() > 0;
  if (!walks_) return;
  const auto bans = waiting_.snapshot();
  waiting_ = {};
  step({}, bans);
}

void ban_sweep::step(session_position from, const ban_set_ptr& bans) {
  auto these = std::make_shared<found>();
  session_walk<session_ref>::begin(
    ask_, from, cut_at_once,
    [bans](actors::station&, const session_place& place) -> std::optional<session_ref> {
      return place.seat && match(*bans, *place.seat) ? std::optional{place.who} : std::nullopt;
    },
    [these](const found& more) {
      these->insert(these->end(), more.begin(), more.end());
      return cut_at_once - these->size();
    },
    [this, these, bans](std::optional<session_position> next) { cut(these, 0, bans, next); });
}

// Those of one loop in a turn of it; the walk gives them loop by loop.
void ban_sweep::cut(const std::shared_ptr<found>& these, std::size_t from, const ban_set_ptr& bans,
                    std::optional<session_position> next) {
  if (from == these->size()) return next ? step(*next, bans) : walk();
  const auto loop = (*these)[from].loop;
  auto end = from;
  while (end < these->size() && (*these)[end].loop == loop) ++end;
  ask_.ask(
    loop,
    [these, from, end, bans](actors::station& on) {
      for (auto i = from; i < end; ++i) disconnect(on, (*these)[i], *bans);
      return true;
    },
    [this, these, end, bans, next](bool) { cut(these, end, bans, next); });
}

}  // namespace troupe::admin
