#include "actors/admin/resources/traces.hpp"

#include <ctime>

#include <fmt/format.h>

#include "actors/admin/resources/resources.hpp"
#include "actors/tracing/packet_words.hpp"

namespace troupe::admin {

namespace {

using boost::beast::http::verb;

constexpr std::size_t last_packets_max = 20;

const trace_book::entry* trace_of(const trace_book& book, const request& from) {
  const auto id = whole_number(from.captured.at(0));
  return id ? book.find(*id) : nullptr;
}

boost::json::object to_json(const trace_book::entry& of) {
  const auto& log = of.what->log;
  return {{"id", of.what->id},       {"kind", to_string(of.what->kind)},
          {"value", of.what->value}, {"until", of.until_ms},
          {"running", of.running},   {"by", of.by},
          {"lines", log.added()},    {"lost", log.lost()},
          {"bytes", log.bytes()}};
}

boost::json::object to_json(const actors::trace_line& of) {
  return {{"at", of.at_ms},
          {"client", of.client},
          {"address", of.address},
          {"direction", to_string(of.way)},
          {"text", of.text}};
}

boost::json::array to_json(const std::vector<std::shared_ptr<const actors::trace_line>>& lines) {
  boost::json::array result;
  result.reserve(lines.size());
  for (const auto& each : lines) result.emplace_back(to_json(*each));
  return result;
}

std::string_view text_in(const boost::json::object& body, std::string_view field) {
  const auto* found = body.if_contains(field);
  return found && found->is_string() ? std::string_view{found->get_string()} : std::string_view{};
}

void start(trace_book& book, std::size_t topic_levels_max, const request& from, reply to) {
  const auto* asked = from.body.if_contains("seconds");
  const auto seconds = asked && asked->is_int64() ? asked->get_int64() : 600;
  if (seconds < 1 || seconds > trace_book::seconds_max.count()) return to(bad_request("`seconds` is 1 to 86400."));
  auto made =
    actors::trace::make(book.next_id(), text_in(from.body, "kind"), text_in(from.body, "value"), topic_levels_max);
  if (!made)
    return to(bad_request("`kind` is client, topic or address, and `value` a client id, a topic filter, an address or "
                          "a network such as 10.0.0.0/8."));
  const auto id = made->id;
  const auto* started = book.start(std::move(made), std::chrono::seconds{seconds}, from.who.name, [&book, id, to] {
    const auto* found = book.find(id);
    to(found ? ok(to_json(*found)) : not_found("trace"));
  });
  if (!started) to(answer::error(409, "There are 16 traces already: stop one."));
}

/// `end` is where a reader that has everything goes on; `next` as in every list.
void show_lines(const trace_book& book, const request& from, reply to) {
  const auto* found = trace_of(book, from);
  if (!found) return to(not_found("trace"));
  const auto limit = limit_of(from);
  const auto cursor = from.parameter("cursor");
  const auto begin = cursor.empty() ? std::optional<std::uint64_t>{0} : whole_number(cursor);
  if (!limit || !begin) return to(bad_request("`limit` is 1 to 1000, `cursor` what a list gave as `next` or `end`."));
  const auto part = found->what->log.from(*begin, *limit);
  boost::json::object body{{"items", to_json(part.lines)},
                           {"next", nullptr},
                           {"end", std::to_string(part.next)},
                           {"lost", found->what->log.lost()},
                           {"running", found->running}};
  if (part.more) body["next"] = std::to_string(part.next);
  to(ok(std::move(body)));
}

std::string time_text(std::uint64_t at_ms) {
  const auto seconds = static_cast<std::time_t>(at_ms / 1000);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min, utc.tm_sec, at_ms % 1000);
}

// As large as a trace may be, and no larger.
void download(const trace_book& book, const request& from, reply to) {
  constexpr std::size_t client_bytes_max = 512;
  const auto* found = trace_of(book, from);
  if (!found) return to(not_found("trace"));
  answer file{.status = 200, .body = nullptr, .text = {}, .content_type = "text/plain; charset=utf-8", .header = {}};
  file.header.emplace_back("Content-Disposition",
                           fmt::format("attachment; filename=\"trace-{}.txt\"", found->what->id));
  for (std::uint64_t at = 0, more = 1; more != 0 && file.text.size() < actors::trace_log::bytes_default;) {
    const auto part = found->what->log.from(at, actors::trace_log::page_lines_max);
    for (const auto& each : part.lines)
      file.text +=
        fmt::format("{}\t{}\t{}\t{}\t{}\n", time_text(each->at_ms), actors::quoted(each->client, client_bytes_max),
                    each->address, to_string(each->way), each->text);
    at = part.next;
    more = part.more ? 1 : 0;
  }
  to(std::move(file));
}

}  // namespace

std::vector<route> trace_routes(trace_book& book, std::size_t topic_levels_max) {
  return {
    {verb::get, "/api/v1/traces", role::viewer,
     [&book](const request&, reply to) {
       boost::json::array items;
       for (const auto& each : book.all()) items.emplace_back(to_json(each));
       to(page(std::move(items), {}));
     }},
    {verb::post, "/api/v1/traces", role::operates,
     [&book, topic_levels_max](const request& from, reply to) { start(book, topic_levels_max, from, std::move(to)); }},
    {verb::delete_, "/api/v1/traces/{id}", role::operates,
     [&book](const request& from, reply to) {
       const auto id = whole_number(from.captured.at(0));
       to(id && book.stop(*id) ? no_content() : not_found("trace"));
     }},
    {verb::get, "/api/v1/traces/{id}/lines", role::viewer,
     [&book](const request& from, reply to) { show_lines(book, from, std::move(to)); }},
    {verb::get, "/api/v1/traces/{id}/file", role::viewer,
     [&book](const request& from, reply to) { download(book, from, std::move(to)); }},
    {verb::get, "/api/v1/clients/{id}/packets", role::viewer,
     [&book](const request& from, reply to) {
       const auto* found = book.of_client(from.captured.at(0));
       to(page(found ? to_json(found->what->log.last(last_packets_max)) : boost::json::array{}, {}));
     }},
  };
}

}  // namespace troupe::admin
