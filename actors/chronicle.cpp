#include "actors/chronicle.hpp"

#include <chrono>
#include <string>

#include "actors/session/close_reasons.hpp"
#include "transport/listener.hpp"

namespace troupe::actors {

namespace {

using admin::event_kind;

}  // namespace

// Memory may give out while an event is put together: that costs the event.
template <class Fill>
void chronicle::tell(event_kind kind, std::string_view client, Fill fill) const noexcept {
  if (!history_) return;
  try {
    admin::event_view what;
    what.at = std::chrono::floor<admin::since_1970>(std::chrono::system_clock::now().time_since_epoch());
    what.kind = kind;
    what.client = client;
    fill(what);
  } catch (const std::exception&) {
  }
}

void chronicle::connected(std::string_view client, const transport::link& link,
                          std::uint16_t keep_alive) const noexcept {
  tell(event_kind::client_connected, client, [&](admin::event_view& what) {
    const auto address = link.peer();
    const auto text = keep_alive == 0 ? std::string{} : "keep alive " + std::to_string(keep_alive) + " s";
    what.address = address;
    what.listener = link.listener().options().name;
    what.text = text;
    history_->add(what);
  });
}

void chronicle::refused(std::string_view client, const transport::link& link, mqtt::reason why,
                        std::string_view text) const noexcept {
  tell(event_kind::client_refused, client, [&](admin::event_view& what) {
    const auto address = link.peer();
    what.address = address;
    what.listener = link.listener().options().name;
    what.text = text;
    what.reason_code = static_cast<std::uint8_t>(why);
    history_->add(what);
  });
}

void chronicle::disconnected(std::string_view client, const transport::link& link, mqtt::reason why,
                             std::string_view text) const noexcept {
  tell(event_kind::client_disconnected, client, [&](admin::event_view& what) {
    const auto address = link.peer();
    what.address = address;
    what.listener = link.listener().options().name;
    what.text = text;
    what.reason_code = static_cast<std::uint8_t>(why);
    what.by = why == mqtt::reason::success ? admin::by_client : admin::by_node;
    history_->add(what);
  });
}

void chronicle::lost(std::string_view client, const transport::link& link,
                     transport::close_cause cause) const noexcept {
  tell(event_kind::client_disconnected, client, [&](admin::event_view& what) {
    const auto address = link.peer();
    what.address = address;
    what.listener = link.listener().options().name;
    const auto by_client = cause == transport::close_cause::closed_by_peer;
    what.by = by_client ? admin::by_client : admin::by_network;
    if (!by_client) what.text = words_of(cause);
    history_->add(what);
  });
}

void chronicle::taken_over(std::string_view client, std::string_view address) const noexcept {
  tell(event_kind::client_taken_over, client, [&](admin::event_view& what) {
    what.address = address;
    what.reason_code = static_cast<std::uint8_t>(mqtt::reason::session_taken_over);
    history_->add(what);
  });
}

void chronicle::kicked(std::string_view client, std::string_view by, mqtt::reason why,
                       std::string_view text) const noexcept {
  tell(event_kind::client_kicked, client, [&](admin::event_view& what) {
    what.by = by;
    what.text = text;
    what.reason_code = static_cast<std::uint8_t>(why);
    history_->add(what);
  });
}

void chronicle::ended(std::string_view client, std::string_view by) const noexcept {
  tell(event_kind::session_ended, client, [&](admin::event_view& what) {
    what.by = by;
    history_->add(what);
  });
}

void tell_actor_event(admin::event_history& history, runtime::tree_event what, const std::string& path,
                      const std::string& cause) noexcept {
  admin::event_view event;
  event.at = std::chrono::floor<admin::since_1970>(std::chrono::system_clock::now().time_since_epoch());
  switch (what) {
    case runtime::tree_event::started: event.kind = event_kind::actor_started; break;
    case runtime::tree_event::failed: event.kind = event_kind::actor_failed; break;
    case runtime::tree_event::restarted: event.kind = event_kind::actor_restarted; break;
    case runtime::tree_event::stopped: event.kind = event_kind::actor_stopped; break;
  }
  event.actor = path;
  event.text = cause;
  history.add(event);
}

void chronicle::actor_failed(std::string_view client, std::string_view cause) const noexcept {
  tell(event_kind::actor_failed, client, [&](admin::event_view& what) {
    what.text = cause;
    history_->add(what);
  });
}

void chronicle::actor_restarted(std::string_view client) const noexcept {
  tell(event_kind::actor_restarted, client, [&](admin::event_view& what) { history_->add(what); });
}

}  // namespace troupe::actors
