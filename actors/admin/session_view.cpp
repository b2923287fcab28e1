#include "actors/admin/session_view.hpp"

#include "actors/durability/wall_time.hpp"
#include "routing/topic.hpp"

namespace troupe::admin {

namespace {

// Parentheses: with braces some compilers make an array of one.
boost::json::value time_or_null(std::uint64_t milliseconds) {
  return milliseconds == 0 ? boost::json::value(nullptr) : boost::json::value(milliseconds);
}

session_view sleeping(const session_place& of) {
  session_view result;
  result.who = of.who;
  result.client_id = of.asleep->client_id.view();
  result.asleep = true;
  result.queued = of.asleep->queued;
  result.queue_bytes = of.asleep->queued_bytes;
  result.memory.record = sizeof(actors::dormant_session) + result.client_id.size();
  return result;
}

}  // namespace

session_view view_of(actors::station& on, const session_place& of) {
  if (of.asleep) return sleeping(of);
  const auto& seat = *of.seat;
  const auto& record = seat.record();
  const auto clock = actors::wall_time::now();
  session_view result;
  result.who = of.who;
  result.client_id = record.client_id.view();
  result.user = record.user_name.view();
  result.version = record.version;
  result.connected = record.connected;
  if (const auto* link = seat.link()) {
    result.address = link->peer();
    result.waiting_bytes = link->outbox_bytes();
  }
  if (const auto* via = seat.via()) {
    result.listener = via->name;
    result.transport = via->type;
    result.connected_at = clock.of(seat.traffic().connected_at);
  }
  if (!record.connected) result.disconnected_at = clock.of(record.since);
  result.keep_alive = record.keep_alive;
  result.expiry = record.session_expiry;
  result.subscriptions = record.subscriptions.size();
  result.queued = record.queued_messages();
  result.queue_bytes = record.queued_bytes();
  result.in_flight = record.inflight.size();
  result.traffic = seat.traffic();
  result.restarts = seat.restarts();
  result.oldest_wait = oldest_wait_of(seat, on.loop().now());
  result.memory = memory_of(seat);
  return result;
}

session_memory memory_of(const actors::session_seat& of) {
  const auto& record = of.record();
  session_memory result;
  result.record = sizeof(of) + sizeof(actors::session_actor) + record.client_id.view().size();
  if (record.queue) result.queue = record.queued_bytes() + record.queue->end() * sizeof(session::delivery);
  result.in_flight = record.inflight.capacity() * sizeof(session::inflight_window::slot);
  for (auto id = record.inflight.first(); id != 0; id = record.inflight.after(id))
    if (const auto& body = record.inflight.find(id)->what.body) result.in_flight += body->payload().size();
  result.subscriptions = record.subscriptions.size() * sizeof(subscription);
  if (const auto* link = of.link()) {
    result.link = sizeof(transport::socket_link);
    result.output = link->outbox_bytes();
  }
  return result;
}

std::optional<std::uint64_t> oldest_wait_of(const actors::session_seat& of, time_point now) {
  using std::chrono::milliseconds;
  const auto since = [now](time_point when) {
    return std::max(milliseconds{}, std::chrono::duration_cast<milliseconds>(now - when));
  };
  milliseconds result{};
  if (const auto* link = of.link(); link && link->waits_since() != time_point::max())
    result = since(link->waits_since());
  const auto& record = of.record();
  for (std::uint32_t i = 0; record.queue && i < record.queue->end(); ++i) {
    const auto& first = record.queue->at(i);
    if (!first.body) continue;
    const auto age = first.body->age(now);
    if (!age) return {};
    const auto waits = first.retain ? std::min(*age, since(of.traffic().connected_at)) : *age;
    result = std::max(result, waits);
    break;
  }
  return static_cast<std::uint64_t>(result.count());
}

boost::json::value or_null(std::optional<std::uint64_t> figure) {
  return figure ? boost::json::value(*figure) : boost::json::value(nullptr);
}

boost::json::value or_null(std::optional<double> figure) {
  return figure ? boost::json::value(*figure) : boost::json::value(nullptr);
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view plain = "-_.~";
  std::string result;
  for (const auto each : text) {
    const auto byte = static_cast<unsigned char>(each);
    if (std::isalnum(byte) != 0 || plain.find(each) != std::string_view::npos)
      result += each;
    else
      result.append({'%', digits[byte >> 4], digits[byte & 15]});
  }
  return result;
}

std::string session_path(std::uint32_t loop, std::string_view client_id) {
  return "root/loop " + std::to_string(loop) + "/sessions/" + percent_encoded(client_id);
}

std::string_view name_of(config::listener_type type) noexcept {
  using enum config::listener_type;
  switch (type) {
    case tcp: return "tcp";
    case tls: return "tls";
    case ws: return "ws";
    case wss: return "wss";
  }
  return "tcp";
}

std::string_view name_of(mqtt::version version) noexcept {
  switch (version) {
    case mqtt::version::v3_1: return "3.1";
    case mqtt::version::v3_1_1: return "3.1.1";
    case mqtt::version::v5: return "5";
  }
  return "5";
}

boost::json::object client_json(const session_view& of) {
  boost::json::object to{
    {"id", of.client_id},
    {"connected", of.connected},
    {"queued", of.queued},
    {"queue_bytes", of.queue_bytes},
    {"loop", static_cast<std::uint32_t>(of.who.loop)},
    {"actor", session_path(of.who.loop, of.client_id)},
    {"asleep", of.asleep},
  };
  if (of.asleep) return to;
  to["user"] = of.user;
  to["address"] = of.address;
  to["listener"] = of.listener;
  to["transport"] = name_of(of.transport);
  to["protocol"] = name_of(of.version);
  to["connected_at"] = time_or_null(of.connected_at);
  to["disconnected_at"] = time_or_null(of.disconnected_at);
  to["keep_alive_seconds"] = of.keep_alive;
  to["session_expiry_seconds"] = of.expiry;
  to["subscriptions"] = of.subscriptions;
  to["in_flight"] = of.in_flight;
  to["messages_received"] = of.traffic.messages_received;
  to["messages_sent"] = of.traffic.messages_sent;
  to["bytes_received"] = of.traffic.bytes_received;
  to["bytes_sent"] = of.traffic.bytes_sent;
  to["waiting_bytes"] = of.waiting_bytes;
  to["restarts"] = of.restarts;
  return to;
}

boost::json::object actor_json(const session_view& of) {
  return {{"path", session_path(of.who.loop, of.client_id)},
          {"name", of.client_id},
          {"class", "session"},
          {"state", of.asleep ? "asleep" : "running"},
          {"loop", static_cast<std::uint32_t>(of.who.loop)},
          {"mailbox_depth", of.queued},
          {"oldest_message_age_ms", or_null(of.oldest_wait)},
          {"messages_handled", of.traffic.handled},
          {"cpu_share", or_null(of.cpu_share)},
          {"restarts", of.restarts},
          {"last_error", nullptr},
          {"memory_bytes", of.memory.total()},
          {"children", 0}};
}

boost::json::object subscription_json(std::string_view client_id, const subscription& of) {
  boost::json::object to{{"client", client_id},
                         {"filter", of.filter.view()},
                         {"qos", static_cast<int>(of.options.maximum_qos)},
                         {"no_local", of.options.no_local},
                         {"retain_as_published", of.options.retain_as_published},
                         {"retain_handling", static_cast<int>(of.options.retain_handling)},
                         {"identifier", nullptr},
                         {"group", nullptr}};
  if (of.identifier != 0) to["identifier"] = of.identifier;
  if (const auto share = split_share(of.filter.view())) to["group"] = share->group;
  return to;
}

}  // namespace troupe::admin
