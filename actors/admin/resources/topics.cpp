#include <cmath>

#include "actors/admin/resources/resources.hpp"
#include "actors/admin/topic_walk.hpp"

namespace troupe::admin {

namespace {

/// A thousandth is more than a sample of ten seconds can tell.
double rounded(double rate) { return std::round(rate * 1000) / 1000; }

boost::json::array topics_json(const topic_level& page, bool rates_known) {
  boost::json::array result;
  result.reserve(page.names().size());
  for (const auto& [name, counts] : page.names())
    result.push_back({{"name", name},
                      {"topic", page.topic_of(name)},
                      {"subscriptions", counts.subscriptions},
                      {"retained", counts.retained},
                      {"rate", rates_known ? boost::json::value(rounded(counts.rate)) : nullptr},
                      {"children", counts.children}});
  return result;
}

/// GET /topics?prefix=a/b: the names below a topic in their order, or without `prefix` the first level. A topic is
/// there because a filter is or begins with it, because something is retained or because it was published to in the
/// last ten seconds. For each name, of the topic that it ends and of all below it:
/// - subscriptions: pairs of client and filter; see topic_level for where filters with wildcards and shared ones are.
/// - retained: messages that have not expired.
/// - rate: publications a second, sampled (topic_samples), as a mean of up to ten seconds; null while nobody has looked
///   for two seconds. What was published since the node started is counted nowhere by topic.
void list_topics(inquiries& ask, const request& from, reply to) {
  const auto limit = limit_of(from);
  auto cursor = list_cursor::parse(from.parameter("cursor"));
  if (!limit || !cursor) return to(bad_request("`limit` is 1 to 1000, `cursor` what a list gave as `next`."));
  const auto prefix = from.query.find("prefix");
  auto page =
    std::make_shared<topic_level>(prefix == from.query.end() ? nullptr : &prefix->second, std::move(*cursor), *limit);
  walk_topics(ask, page,
              [page, to](bool rates_known) { to(admin::page(topics_json(*page, rates_known), page->next())); });
}

}  // namespace

std::vector<route> topic_routes(inquiries& ask) {
  return {{boost::beast::http::verb::get, "/api/v1/topics", role::viewer,
           [&ask](const request& from, reply to) { list_topics(ask, from, std::move(to)); }}};
}

}  // namespace troupe::admin
