
#include "actors/admin/ban_sweep.hpp"
#include "actors/admin/resources/resources.hpp"

namespace troupe::admin {

namespace {

using actors::ban_book;
using boost::beast::http::verb;

constexpr std::int64_t seconds_max = 100LL * 366 * 24 * 3'600;

boost::json::object ban_json(const actors::ban& of) {
  boost::json::object result{{"id", of.id}, {"kind", actors::name_of(of.kind)}, {"value", of.value}};
  result["reason"] = of.reason.empty() ? boost::json::value(nullptr) : boost::json::value(of.reason);
  result["until"] = of.until ? boost::json::value(*of.until) : boost::json::value(nullptr);
  result["by"] = of.by;
  result["at"] = of.at;
  return result;
}

/// In the order they were made.
void list_bans(const ban_book& book, const request& from, reply to) {
  const auto limit = limit_of(from);
  const auto cursor = from.parameter("cursor");
  const auto after = cursor.empty() ? std::optional<std::uint64_t>{0} : whole_number(cursor);
  if (!limit || !after) return to(bad_request("`limit` is 1 to 1000, `cursor` what a list gave as `next`."));
  boost::json::array items;
  const auto now = actors::ban_clock();
  std::uint64_t last = 0;
  for (auto at = book.all().upper_bound(*after); at != book.all().end(); ++at) {
    if (items.size() == *limit) return to(page(std::move(items), std::to_string(last)));
    last = at->first;
    if (!at->second->is_over(now)) items.push_back(ban_json(*at->second));
  }
  to(page(std::move(items), {}));
}

/// A text of the body, empty where it is not there or null; nothing: it is something else.
std::optional<std::string> text_in(const boost::json::object& body, std::string_view field) {
  const auto* found = body.if_contains(field);
  if (!found || found->is_null()) return std::string{};
  if (!found->is_string()) return {};
  return std::string{found->get_string()};
}

/// What the body wants, or what is wrong with it.
std::variant<actors::ban, std::string> ban_in(const request& from) {
  const auto kind = text_in(from.body, "kind"), value = text_in(from.body, "value"),
             reason = text_in(from.body, "reason");
  const auto known = kind ? actors::ban_kind_of(*kind) : std::nullopt;
  if (!known) return "`kind` is client, user or address.";
  if (!value) return "`value` is a text.";
  if (!reason) return "`reason` is a text or null.";
  actors::ban result{.kind = *known, .value = *value, .reason = *reason, .by = from.who.name};
  const auto* seconds = from.body.if_contains("seconds");
  if (!seconds || seconds->is_null()) return result;
  if (!seconds->is_int64() || seconds->get_int64() < 0 || seconds->get_int64() > seconds_max)
    return "`seconds` is 1 to " + std::to_string(seconds_max) + ", or 0 for ever.";
  if (seconds->get_int64() == 0) return result;
  result.until = actors::ban_clock() + seconds->get_int64() * 1'000;
  return result;
}

void add_ban(ban_book& book, ban_sweep& sweep, const request& from, reply to) {
  auto wanted = ban_in(from);
  if (const auto* wrong = std::get_if<std::string>(&wanted)) return to(bad_request(*wrong));
  const auto added = book.add(std::get<actors::ban>(std::move(wanted)));
  if (const auto* no = std::get_if<ban_book::refusal>(&added)) return to(answer::error(no->status, no->sentence));
  const auto& stands = std::get<actors::ban_ptr>(added);
  sweep.begin(stands);
  to({.status = 201, .body = ban_json(*stands), .text = {}, .content_type = {}, .header = {}});
}

void lift_ban(ban_book& book, const request& from, reply to) {
  const auto id = whole_number(from.captured.at(0));
  try {
    to(id && book.lift(*id) ? no_content() : not_found("ban"));
  } catch (const std::runtime_error& wrong) {
    to(answer::error(500, wrong.what()));
  }
}

}  // namespace

std::vector<route> ban_routes(inquiries& ask, ban_sweep& sweep) {
  auto& book = ask.node().bans;
  return {
    {verb::get, "/api/v1/bans", role::viewer,
     [&book](const request& from, reply to) { list_bans(book, from, std::move(to)); }},
    {verb::post, "/api/v1/bans", role::operates,
     [&book, &sweep](const request& from, reply to) { add_ban(book, sweep, from, std::move(to)); }},
    {verb::delete_, "/api/v1/bans/{id}", role::operates,
     [&book](const request& from, reply to) { lift_ban(book, from, std::move(to)); }},
  };
}

}  // namespace troupe::admin
