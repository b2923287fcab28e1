#include "actors/bans/ban_gate.hpp"

#include <fmt/format.h>

#include "transport/mqtt/packets.hpp"

namespace troupe::actors {

namespace {

constexpr std::int64_t told_again_after = 1'000;  ///< milliseconds

void tell(admin::event_history& history, const standing_ban& by, const transport::peer_address& from) {
  const auto now = ban_clock();
  auto told = by.told_at.load(std::memory_order_relaxed);
  if (now - told < told_again_after || !by.told_at.compare_exchange_strong(told, now)) return;
  const auto address = from.text(), text = words_of(by);
  admin::event_view what;
  what.at = admin::since_1970{now};
  what.kind = admin::event_kind::client_refused;
  what.address = address;
  what.text = text;
  what.reason_code = static_cast<std::uint8_t>(mqtt::reason::banned);
  history.add(what);
}

}  // namespace

std::string words_of(const standing_ban& by) {
  auto result = fmt::format("ban {} of the {} {}", by.id, name_of(by.kind), by.value);
  return by.reason.empty() ? result : result + ": " + by.reason;
}

bool keeps_out(const ban_desk& desk, admin::event_history* history, const transport::peer_address& from) {
  const auto by = desk.objection(from);
  if (!by) return false;
  desk.count(*by);
  if (history) tell(*history, *by, from);
  return true;
}

}  // namespace troupe::actors
