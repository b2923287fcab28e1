#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "actors/admin/session_walk.hpp"
#include "routing/subscription.hpp"

namespace troupe::admin {

/// Bytes that a session takes, as far as they can be told apart. Estimates: what the allocator adds is not in them.
struct session_memory {
  std::uint64_t record = 0, queue = 0, in_flight = 0, subscriptions = 0, link = 0, output = 0;

  std::uint64_t total() const noexcept { return record + queue + in_flight + subscriptions + link + output; }
};

/// What an operator sees of a session: a copy, made on its loop. Of one that sleeps most is in the store, and not here.
struct session_view {
  session_ref who;
  std::string client_id;
  std::string user;
  std::string address;   ///< empty: no connection
  std::string listener;  ///< of the latest connection since the node started
  config::listener_type transport = config::listener_type::tcp;
  mqtt::version version = mqtt::version::v3_1_1;
  bool connected = false;
  bool asleep = false;
  std::uint64_t connected_at = 0, disconnected_at = 0;  ///< milliseconds since 1970; 0: not, or not known
  std::uint16_t keep_alive = 0;                         ///< seconds
  std::uint32_t expiry = 0;                             ///< seconds
  std::uint32_t subscriptions = 0;
  std::uint64_t queued = 0, queue_bytes = 0, waiting_bytes = 0;
  std::uint32_t in_flight = 0;
  actors::session_traffic traffic;
  std::uint32_t restarts = 0;
  std::optional<std::uint64_t> oldest_wait;  ///< see oldest_wait_of()
  std::optional<double> cpu_share;           ///< 0 to 1 of one processor; nothing: not known
  session_memory memory;
};

session_view view_of(actors::station& on, const session_place& of);
session_memory memory_of(const actors::session_seat& of);

/// Milliseconds that the oldest message has waited which is in the session's queue, or in the output that its socket
/// does not take; 0: nothing waits. Nothing: it cannot be known, as of a message that the store kept while the node was
/// down. A retained message counts from the CONNECT at the earliest.
std::optional<std::uint64_t> oldest_wait_of(const actors::session_seat& of, time_point now);

boost::json::value or_null(std::optional<std::uint64_t> figure);
boost::json::value or_null(std::optional<double> figure);

/// "root/loop 0/sessions/<client id>"; the id is percent-encoded, so that the path can be taken apart.
std::string session_path(std::uint32_t loop, std::string_view client_id);
std::string percent_encoded(std::string_view text);

boost::json::object client_json(const session_view& of);
boost::json::object actor_json(const session_view& of);
boost::json::object subscription_json(std::string_view client_id, const subscription& of);

std::string_view name_of(config::listener_type type) noexcept;
std::string_view name_of(mqtt::version version) noexcept;

}  // namespace troupe::admin
