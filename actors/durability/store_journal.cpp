#include "actors/durability/store_journal.hpp"

#include "actors/durability/rows.hpp"
#include "persistence/keys.hpp"
#include "persistence/records.hpp"

namespace troupe::actors {

using persistence::table;

// -- the session ----------------------------------------------------------------------------------------------------

void store_journal::changed(const session::record& of) noexcept {
  number_ = of.durable;
  persistence::session_record row{.client_id = std::string{of.client_id.view()},
                                  .number = of.durable,
                                  .user_name = {},
                                  .protocol_version = static_cast<std::uint8_t>(of.version),
                                  .expiry_interval = of.session_expiry,
                                  .disconnected_at = of.connected ? 0 : wall_time::now().of(of.since),
                                  .will = {},
                                  .unknown = {}};
  if (!of.user_name.empty()) row.user_name = of.user_name.view();
  if (of.will) row.will = will_of(*of.will);
  put(into_, row);
}

// Row by row: one that is committed and has not reached the session yet is given back when it does, and its row says
// until then that it holds a message.
void store_journal::finished(const session::record& of) noexcept {
  const auto let_go = [this](const session::delivery& each, bool held) {
    if (each.durable()) removed(each.more->sequence, held ? each.more->message : 0);
  };
  for (std::uint32_t i = 0; of.queue && i < of.queue->end(); ++i)
    if (of.queue->at(i).body) let_go(of.queue->at(i), true);
  for (auto id = of.inflight.first(); id != 0; id = of.inflight.after(id)) {
    const auto& slot = *of.inflight.find(id);
    let_go(slot.what, slot.state == session::inflight_window::state::sent);
  }
  erase_session(into_, of.client_id, of.durable);
}

void store_journal::subscribed(const subscription& what) noexcept { put(into_, number_, subscription_row(what)); }

void store_journal::unsubscribed(std::string_view filter) noexcept {
  into_.erase(table::subscriptions, persistence::subscription_key(number_, filter));
}

// -- its queue ------------------------------------------------------------------------------------------------------

void store_journal::sent(const session::delivery& what, std::uint16_t packet_id) noexcept {
  put_delivery(into_, number_, what, packet_id, persistence::entry_state::sent);
}

void store_journal::released(const session::delivery& what, std::uint16_t packet_id) noexcept {
  put_delivery(into_, number_, what, packet_id, persistence::entry_state::received);
  if (what.more->message != 0) into_.release(what.more->message);
}

void store_journal::removed(std::uint64_t sequence, std::uint64_t held) noexcept {
  into_.erase(table::queue, persistence::queue_key{number_, sequence});
  if (held != 0) into_.release(held);
}

void store_journal::forgotten(std::uint16_t packet_id) noexcept {
  into_.erase(table::inbound, persistence::inbound_key{number_, packet_id});
}

void erase_session(persistence::batch& from, std::string_view client_id, std::uint64_t number) {
  from.erase(table::sessions, client_id);
  for (const auto each : {table::subscriptions, table::inbound})
    from.erase_range(each, persistence::session_key{number}, persistence::session_key{number + 1});
}

}  // namespace troupe::actors
