#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include "control/commands/commands.hpp"
#include "control/terminal/escape.hpp"
#include "control/terminal/table.hpp"
#include "control/terminal/units.hpp"

namespace troupe::control {

namespace json = boost::json;

namespace {

std::string loops_text(const json::object& node, const presentation& how) {
  table result{
    {{"LOOP", align::right}, {"BUSY", align::right}, {"CONNECTIONS", align::right}, {"SESSIONS", align::right}}};
  for (const auto& each : array_of(node, "loops")) {
    const auto& loop = each.as_object();
    result.add({text_of(loop, "index"), share_text(number_of(loop, "busy_share")), text_of(loop, "links"),
                text_of(loop, "sessions")});
  }
  return result.empty() ? "" : '\n' + result.text(how.cell_columns_max);
}

std::string alarms_text(const api& node) {
  std::string result;
  for (const auto& each : array_of(node.read({"alarms"}).object(), "items"))
    result += "\nalarm: " + escaped(text_of(each.as_object(), "text"));
  return result.empty() ? result : result + '\n';
}

std::string both_rates(const json::object& rates, std::string_view in, std::string_view out) {
  return fmt::format("{} /s in, {} /s out", rate_text(number_of(rates, in)), rate_text(number_of(rates, out)));
}

std::string both_bytes(const json::object& rates) {
  return bytes_text(number_of(rates, "bytes_received")) + "/s in, " + bytes_text(number_of(rates, "bytes_sent")) +
         "/s out";
}

}  // namespace

std::string json_text(const document& of) {
  auto result = escaped_json(of.text);
  if (!result.empty() && !result.ends_with('\n')) result += '\n';
  return result;
}

bool has_more(const document& of) {
  const auto* next = of.object().if_contains("next");
  return next && !next->is_null();
}

std::string more_text(bool more) { return more ? "There are more: --limit says how many are listed.\n" : ""; }

std::string status(const api& node, const presentation& how) {
  const auto came = node.read({"node"});
  if (how.json) return json_text(came);
  const auto& of = came.object();
  const auto& rates = object_of(of, "rates");
  const auto& latency = object_of(of, "latency_us");
  const auto& store = object_of(of, "store");
  figures result;
  result.add("node", text_of(of, "name"));
  result.add("version", text_of(of, "version"));
  result.add("started", time_of(of, "started_at"));
  result.add("up for", duration_text(number_of(of, "uptime_seconds")));
  result.add("memory", bytes_of(of, "memory_bytes"));
  result.add("connections", text_of(of, "connections"));
  result.add("sessions", text_of(of, "sessions"));
  result.add("messages", both_rates(rates, "received", "sent"));
  result.add("bytes", both_bytes(rates));
  result.add("connects", fmt::format("{} /s, {} /s leave", rate_text(number_of(rates, "connects")),
                                     rate_text(number_of(rates, "disconnects"))));
  if (has_number(latency, "p50"))
    result.add("latency", fmt::format("p50 {} us, p95 {} us, p99 {} us", text_of(latency, "p50"),
                                      text_of(latency, "p95"), text_of(latency, "p99")));
  if (!store.empty())
    result.add("store", fmt::format("{} on disk, {} commits, {} failures", bytes_of(store, "disk_bytes"),
                                    text_of(store, "commits"), text_of(store, "failures")));
  result.add("alarms", text_of(of, "alarms"));
  if (is_true(of, "fault_injection")) result.add("fault injection", "on");
  return result.text() + (number_of(of, "alarms") > 0 ? alarms_text(node) : "") + loops_text(of, how);
}

std::string drops(const api& node, const presentation& how) {
  const auto came = node.read({"drops"});
  if (how.json) return json_text(came);
  table result{{{"MESSAGES"}, {"COUNT", align::right}}};
  for (const auto* name : {"published", "delivered", "queued"}) result.add({name, text_of(came.object(), name)});
  for (const auto& [reason, count] : object_of(came.object(), "dropped"))
    result.add({"dropped: " + std::string{reason}, json::serialize(count)});
  return result.text(how.cell_columns_max);
}

}  // namespace troupe::control
