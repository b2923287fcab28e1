#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <openssl/evp.h>

#include "control/client/failure.hpp"
#include "control/commands/commands.hpp"
#include "control/terminal/escape.hpp"
#include "control/terminal/table.hpp"
#include "control/terminal/units.hpp"
#include "routing/utf8.hpp"

namespace troupe::control {

namespace json = boost::json;
using boost::beast::http::verb;

namespace {

/// The bytes behind base64; the text itself where it is none.
std::string bytes_behind(const std::string& base64) {
  std::string result(base64.size() / 4 * 3, '\0');
  const auto size =
    EVP_DecodeBlock(reinterpret_cast<unsigned char*>(result.data()),
                    reinterpret_cast<const unsigned char*>(base64.data()), static_cast<int>(base64.size()));
  if (size < 0) return base64;
  const auto padding = base64.size() - base64.find_last_not_of('=') - 1;
  result.resize(base64.empty() ? 0 : static_cast<std::size_t>(size) - padding);
  return result;
}

/// As it is when it is text, else in base64.
std::string payload_text(const json::object& of) {
  const auto base64 = text_of(of, "payload");
  auto bytes = bytes_behind(base64);
  const auto is_text = valid_utf8(bytes);
  auto result = is_text ? escaped(bytes) : base64;
  if (!is_text) result += " (base64)";
  if (is_true(of, "payload_is_cut")) result += " ... (its first part)";
  return result;
}

figures figures_of(const json::object& of) {
  figures result;
  result.add("topic", text_of(of, "topic"));
  result.add("size", bytes_of(of, "bytes"));
  result.add("qos", text_of(of, "qos"));
  result.add("retained since", time_of(of, "since"));
  result.add("expires at", time_of(of, "expires_at"));
  result.add("content type", text_of(of, "content_type"));
  result.add("payload format", text_of(of, "payload_format"));
  result.add("response topic", text_of(of, "response_topic"));
  result.add("correlation data", text_of(of, "correlation_data"));
  for (const auto& each : array_of(of, "user_properties"))
    if (each.is_object())
      result.add("user property", text_of(each.get_object(), "name") + ": " + text_of(each.get_object(), "value"));
  return result;
}

}  // namespace

std::string list_topics(const api& node, const presentation& how, const std::string& parent) {
  const auto came = node.list({"topics"}, {{"prefix", parent}}, how.limit);
  if (how.json) return json_text(came);
  table result{
    {{"NAME"}, {"SUBSCRIPTIONS", align::right}, {"RETAINED", align::right}, {"PER SECOND", align::right}, {"BELOW"}}};
  for (const auto& each : array_of(came.object(), "items")) {
    const auto& of = each.as_object();
    result.add({text_of(of, "name"), text_of(of, "subscriptions"), text_of(of, "retained"),
                has_number(of, "rate") ? rate_text(number_of(of, "rate")) : "-", text_of(of, "children")});
  }
  return result.text(how.cell_columns_max) + more_text(has_more(came));
}

std::string list_retained(const api& node, const presentation& how, const std::string& prefix) {
  const auto came = node.list({"retained"}, {{"prefix", prefix}}, how.limit);
  if (how.json) return json_text(came);
  table result{{{"TOPIC"}, {"SIZE", align::right}, {"QOS", align::right}, {"SINCE"}, {"EXPIRES AT"}}};
  for (const auto& each : array_of(came.object(), "items")) {
    const auto& of = each.as_object();
    result.add({text_of(of, "topic"), bytes_of(of, "bytes"), text_of(of, "qos"), time_of(of, "since"),
                time_of(of, "expires_at")});
  }
  return result.text(how.cell_columns_max) + more_text(has_more(came));
}

std::string show_retained(const api& node, const presentation& how, const std::string& topic) {
  const auto came = node.read({"retained", topic});
  if (how.json) return json_text(came);
  return figures_of(came.object()).text() + '\n' + payload_text(came.object()) + '\n';
}

std::string delete_retained(const api& node, const presentation& how, const std::string& topic) {
  const auto came = node.change(verb::delete_, {"retained", topic});
  return how.json ? json_text(came) : "";
}

std::string delete_retained_below(const api& node, const presentation& how, const std::string& prefix) {
  double removed = 0;
  for (;;) {
    const auto came = node.change(verb::delete_, {"retained"}, {{"prefix", prefix}});
    const auto now = number_of(came.object(), "removed");
    removed += now;
    if (!is_true(came.object(), "more")) break;
    if (now == 0) throw failure{"the node does not get on with it; so far it has deleted " + std::to_string(removed)};
  }
  const auto count = static_cast<std::uint64_t>(removed);
  return how.json ? json_text({json::serialize(json::object{{"removed", count}}), {}})
                  : std::to_string(count) + " deleted\n";
}

}  // namespace troupe::control
