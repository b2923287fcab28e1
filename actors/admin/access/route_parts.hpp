#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "actors/admin/access/accounts.hpp"
#include "actors/admin/http/exchange.hpp"
#include "actors/admin/http/parameters.hpp"

/// What the routes of access control share.
namespace troupe::admin {

inline answer answer_of(const refusal& refused) { return answer::error(refused.status, refused.sentence); }

inline answer answer_of(unsigned status, boost::json::value body) {
  return {.status = status, .body = std::move(body), .text = {}, .content_type = {}, .header = {}};
}

inline answer done_without_a_body() { return answer_of(204, nullptr); }

/// A field of a body that is text; null when there is none, or another kind of value.
inline const boost::json::string* text_in(const boost::json::object& body, std::string_view field) {
  const auto* value = body.if_contains(field);
  return value ? value->if_string() : nullptr;
}

inline boost::json::value time_or_null(const std::optional<std::int64_t>& at) {
  return at ? boost::json::value(*at) : boost::json::value(nullptr);
}

inline answer wrong_limit() { return answer::error(400, "limit is a number from 1 to 1000."); }

/// A page of a map by name; its cursor is the last name.
template <class Map, class Show>
answer page_by_name(const Map& entries, const request& asked, Show show) {
  const auto limit = limit_of(asked);
  if (!limit) return wrong_limit();
  const auto cursor = asked.parameter("cursor");
  boost::json::array items;
  auto at = cursor.empty() ? entries.begin() : entries.upper_bound(cursor);
  for (; at != entries.end() && items.size() < *limit; ++at) items.push_back(show(at->first, at->second));
  boost::json::value next = nullptr;
  if (at != entries.end()) next = std::prev(at)->first;
  return answer_of(200, boost::json::object{{"items", std::move(items)}, {"next", std::move(next)}});
}

}  // namespace troupe::admin
