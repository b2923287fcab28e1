#pragma once

#include <cstdint>
#include <string_view>

#include "actors/admin/history/event_history.hpp"
#include "actors/runtime/actor_tree.hpp"
#include "config/options.hpp"
#include "transport/link.hpp"
#include "transport/mqtt/codec.hpp"

namespace troupe::actors {

/// Tells the node's history what happened to the clients of one loop. Nothing is told, and nothing costs, where nobody
/// keeps a history.
class chronicle {
public:
  /// Null: nobody does. Set before the loop runs.
  void write_to(admin::event_history* history) noexcept { history_ = history; }
  bool is_kept() const noexcept { return history_ != nullptr; }

  void connected(std::string_view client, const transport::link& link, std::uint16_t keep_alive) const noexcept;
  void refused(std::string_view client, const transport::link& link, mqtt::reason why,
               std::string_view text) const noexcept;
  /// The node ended the connection, or the client did with DISCONNECT (success).
  void disconnected(std::string_view client, const transport::link& link, mqtt::reason why,
                    std::string_view text) const noexcept;
  /// The connection ended without a word of MQTT.
  void lost(std::string_view client, const transport::link& link, transport::close_cause cause) const noexcept;
  /// `address`: of the connection that is there in its place.
  void taken_over(std::string_view client, std::string_view address) const noexcept;
  /// `text`: why, where there is more to say than the reason.
  void kicked(std::string_view client, std::string_view by, mqtt::reason why = mqtt::reason::administrative_action,
              std::string_view text = {}) const noexcept;
  /// `by`: an operator, admin::by_client, admin::by_node.
  void ended(std::string_view client, std::string_view by) const noexcept;
  void actor_failed(std::string_view client, std::string_view cause) const noexcept;
  void actor_restarted(std::string_view client) const noexcept;

private:
  template <class Fill>
  void tell(admin::event_kind kind, std::string_view client, Fill fill) const noexcept;

  admin::event_history* history_ = nullptr;
};

/// What happens to a named actor.
void tell_actor_event(admin::event_history& history, runtime::tree_event what, const std::string& path,
                      const std::string& cause) noexcept;

}  // namespace troupe::actors
