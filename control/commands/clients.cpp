#include <boost/json/array.hpp>

#include "control/commands/commands.hpp"
#include "control/terminal/escape.hpp"
#include "control/terminal/table.hpp"
#include "control/terminal/units.hpp"

namespace troupe::control {

namespace json = boost::json;
using boost::beast::http::verb;

namespace {

std::string subscriptions_text(const json::array& items, const presentation& how) {
  table result{{{"CLIENT"}, {"FILTER"}, {"QOS", align::right}, {"NO LOCAL"}, {"IDENTIFIER", align::right}, {"GROUP"}}};
  for (const auto& each : items) {
    const auto& of = each.as_object();
    result.add({text_of(of, "client"), text_of(of, "filter"), text_of(of, "qos"), text_of(of, "no_local"),
                text_of(of, "identifier"), text_of(of, "group")});
  }
  return result.text(how.cell_columns_max);
}

std::string in_flight_text(const json::array& items, const presentation& how) {
  table result{{{"PACKET", align::right}, {"TOPIC"}, {"QOS", align::right}, {"STATE"}}};
  for (const auto& each : items) {
    const auto& of = each.as_object();
    result.add({text_of(of, "packet_id"), text_of(of, "topic"), text_of(of, "qos"), text_of(of, "state")});
  }
  return result.text(how.cell_columns_max);
}

std::string will_text(const json::object& of) {
  if (of.empty()) return "none";
  return text_of(of, "topic") + ", QoS " + text_of(of, "qos") + (is_true(of, "retain") ? ", retained" : "");
}

std::string traffic_text(const json::object& of, std::string_view messages, std::string_view bytes) {
  return text_of(of, messages) + " messages, " + bytes_of(of, bytes);
}

figures figures_of(const json::object& of) {
  figures result;
  result.add("client", text_of(of, "id"));
  result.add("connected", text_of(of, "connected"));
  for (const auto* name : {"user", "address", "listener", "transport", "protocol"}) result.add(name, text_of(of, name));
  result.add("connected at", time_of(of, "connected_at"));
  result.add("disconnected at", time_of(of, "disconnected_at"));
  result.add("keep alive", text_of(of, "keep_alive_seconds") + " s");
  result.add("session expiry", text_of(of, "session_expiry_seconds") + " s");
  result.add("received", traffic_text(of, "messages_received", "bytes_received"));
  result.add("sent", traffic_text(of, "messages_sent", "bytes_sent"));
  result.add("queued", text_of(of, "queued") + " messages, " + bytes_of(of, "queue_bytes"));
  result.add("in flight", text_of(of, "in_flight"));
  result.add("not yet taken", bytes_of(of, "waiting_bytes"));
  result.add("subscriptions", text_of(of, "subscriptions"));
  result.add("will", will_text(object_of(of, "will")));
  result.add("actor", text_of(of, "actor"));
  result.add("restarts", text_of(of, "restarts"));
  for (const auto& [name, bytes] : object_of(of, "memory"))
    result.add("memory, " + std::string{name}, bytes_of(object_of(of, "memory"), name));
  return result;
}

std::string events_text(const json::array& events, const presentation& how) {
  table result{{{"AT"}, {"WHAT"}, {"ADDRESS"}, {"BY"}, {"TEXT"}}};
  for (const auto& each : events) {
    const auto& of = each.as_object();
    const auto text = of.contains("text") ? text_of(of, "text") : std::string{};
    result.add({time_of(of, "at"), text_of(of, "kind"), text_of(of, "address"), text_of(of, "by"), text});
  }
  return result.text(how.cell_columns_max);
}

}  // namespace

std::string list_clients(const api& node, const presentation& how, const client_filter& which) {
  const auto came = node.list({"clients"},
                              {{"id_prefix", which.id_prefix},
                               {"user", which.user},
                               {"address", which.address},
                               {"listener", which.listener},
                               {"protocol", which.protocol},
                               {"connected", which.connected}},
                              how.limit);
  if (how.json) return json_text(came);
  table result{{{"ID"},
                {"CONNECTED"},
                {"USER"},
                {"ADDRESS"},
                {"LISTENER"},
                {"MQTT"},
                {"SUBSCRIPTIONS", align::right},
                {"QUEUED", align::right},
                {"IN FLIGHT", align::right},
                {"RECEIVED", align::right},
                {"SENT", align::right}}};
  for (const auto& each : array_of(came.object(), "items")) {
    const auto& of = each.as_object();
    result.add({text_of(of, "id"), text_of(of, "connected"), text_of(of, "user"), text_of(of, "address"),
                text_of(of, "listener"), text_of(of, "protocol"), text_of(of, "subscriptions"), text_of(of, "queued"),
                text_of(of, "in_flight"), text_of(of, "messages_received"), text_of(of, "messages_sent")});
  }
  return result.text(how.cell_columns_max) + more_text(has_more(came));
}

std::string show_client(const api& node, const presentation& how, const std::string& id) {
  const auto came = node.read({"clients", id});
  if (how.json) return json_text(came);
  auto result = figures_of(came.object()).text();
  const auto& subscribed = array_of(came.object(), "subscription_list");
  const auto& in_flight = array_of(came.object(), "in_flight_list");
  if (!subscribed.empty()) result += '\n' + subscriptions_text(subscribed, how);
  if (!in_flight.empty()) result += '\n' + in_flight_text(in_flight, how);
  return result;
}

std::string kick_client(const api& node, const presentation& how, const std::string& id, bool whole) {
  const auto came = node.change(verb::delete_, {"clients", id}, {{"session", whole ? "true" : ""}});
  return how.json ? json_text(came) : "";
}

std::string client_events(const api& node, const presentation& how, const std::string& id) {
  const auto came = node.list({"clients", id, "events"}, {}, how.limit);
  if (how.json) return json_text(came);
  return events_text(array_of(came.object(), "items"), how) + more_text(has_more(came));
}

std::string autopsy(const api& node, const presentation& how, const std::string& id) {
  const auto came = node.read({"clients", id, "autopsy"});
  if (how.json) return json_text(came);
  std::string result;
  for (const auto& each : array_of(came.object(), "sentences"))
    if (each.is_string()) result += escaped(each.get_string()) + '\n';
  return result;
}

std::string subscriptions(const api& node, const presentation& how, const std::string& client,
                          const std::string& filter) {
  const auto came = node.list({"subscriptions"}, {{"client", client}, {"filter", filter}}, how.limit);
  if (how.json) return json_text(came);
  return subscriptions_text(array_of(came.object(), "items"), how) + more_text(has_more(came));
}

}  // namespace troupe::control
