#include "control/client/api.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include "control/client/failure.hpp"
#include "control/terminal/units.hpp"

namespace troupe::control {

namespace json = boost::json;
using boost::beast::http::verb;

namespace {

constexpr std::size_t page_items_max = 1000;  ///< what the API gives at once

document document_of(http_answer came) {
  if (came.body.empty()) return {};
  json::error_code error;
  auto value = json::parse(came.body, error);
  if (error) throw failure{fmt::format("the answer (status {}) is no JSON: is this a node's API?", came.status)};
  return {std::move(came.body), std::move(value)};
}

/// What the node said against it.
std::string objection_in(unsigned status, const document& answer) {
  const auto* said = answer.value.is_object() ? answer.value.get_object().if_contains("error") : nullptr;
  const auto sentence = said && said->is_string() ? std::string{said->get_string()} : std::string{"The node refused."};
  const auto hint = status == 401 ? " (--key or TROUPE_ADMIN_KEY name an API key)" : "";
  return fmt::format("{} (status {}){}", sentence, status, hint);
}

}  // namespace

const json::object& document::object() const {
  static const json::object none;
  return value.is_object() ? value.get_object() : none;
}

document api::call(const http_call& what) const {
  auto came = ask_(what);
  const auto status = came.status;
  auto result = document_of(std::move(came));
  if (status < 200 || status > 299) throw refusal{status, objection_in(status, result)};
  return result;
}

document api::read(segments of, const parameters& query) const {
  return call({.method = verb::get, .target = api_target(of, query), .body = {}});
}

document api::change(verb how, segments of, const parameters& query, const json::value& body) const {
  return call(
    {.method = how, .target = api_target(of, query), .body = body.is_null() ? std::string{} : json::serialize(body)});
}

document api::list(segments of, parameters query, std::size_t limit) const {
  query.emplace_back("limit", "");
  query.emplace_back("cursor", "");
  json::object all;
  json::array items;
  for (;;) {
    query[query.size() - 2].second = std::to_string(std::min(limit - items.size(), page_items_max));
    const auto page = read(of, query);
    const auto& more = array_of(page.object(), "items");
    if (all.empty()) all = page.object();
    items.insert(items.end(), more.begin(), more.end());
    const auto* next = page.object().if_contains("next");
    all["next"] = next ? *next : json::value{nullptr};
    // A page may be empty and not the last, or longer than asked for.
    if (!next || !next->is_string() || items.size() >= limit) break;
    query.back().second = next->get_string();
  }
  all["items"] = std::move(items);
  auto text = json::serialize(all);
  return {std::move(text), std::move(all)};
}

std::string text_of(const json::object& of, std::string_view field) {
  const auto* found = of.if_contains(field);
  if (!found || found->is_null()) return "-";
  if (found->is_string()) return std::string{found->get_string()};
  if (found->is_bool()) return found->get_bool() ? "yes" : "no";
  if (found->is_double()) return fmt::format("{:.6g}", found->get_double());
  return json::serialize(*found);
}

bool has_number(const json::object& of, std::string_view field) {
  const auto* found = of.if_contains(field);
  return found && found->is_number();
}

double number_of(const json::object& of, std::string_view field) {
  return has_number(of, field) ? of.at(field).to_number<double>() : 0;
}

bool is_true(const json::object& of, std::string_view field) {
  const auto* found = of.if_contains(field);
  return found && found->is_bool() && found->get_bool();
}

const json::object& object_of(const json::object& of, std::string_view field) {
  static const json::object none;
  const auto* found = of.if_contains(field);
  return found && found->is_object() ? found->get_object() : none;
}

const json::array& array_of(const json::object& of, std::string_view field) {
  static const json::array none;
  const auto* found = of.if_contains(field);
  return found && found->is_array() ? found->get_array() : none;
}

std::string time_of(const json::object& of, std::string_view field) {
  return has_number(of, field) ? time_text(static_cast<std::int64_t>(number_of(of, field))) : "-";
}

std::string bytes_of(const json::object& of, std::string_view field) {
  return has_number(of, field) ? bytes_text(number_of(of, field)) : "-";
}

}  // namespace troupe::control
