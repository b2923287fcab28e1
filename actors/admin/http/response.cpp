#include "actors/admin/http/response.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace troupe::admin {

namespace {

// The console's own scripts and styles, nothing inline; its WebSocket client connects to the broker's listeners, which
// are other origins. Nobody may frame it.
constexpr std::string_view content_security_policy =
  "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
  "form-action 'self'; frame-ancestors 'none'";

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> protecting_fields{{
  {"Content-Security-Policy", content_security_policy},
  {"X-Content-Type-Options", "nosniff"},
  {"X-Frame-Options", "DENY"},
  {"Referrer-Policy", "no-referrer"},
  {"Cross-Origin-Opener-Policy", "same-origin"},
  {"Cross-Origin-Resource-Policy", "same-origin"},
}};

void append_field(std::string& to, std::string_view name, std::string_view value) {
  to.append(name).append(": ");
  // What a handler took from a caller must not begin another field or answer.
  for (const char each : value) to += static_cast<unsigned char>(each) < 0x20 || each == 0x7f ? ' ' : each;
  to += "\r\n";
}

bool has_field(const response& in, std::string_view name) {
  return std::any_of(in.header.begin(), in.header.end(),
                     [&](const auto& field) { return boost::beast::iequals(field.first, name); });
}

// [RFC 9110, 5.6.7], which strftime would write in the language of the locale.
std::string date(std::chrono::system_clock::time_point now) {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto seconds = std::chrono::system_clock::to_time_t(now);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", days.at(static_cast<unsigned>(utc.tm_wday)), utc.tm_mday,
                     months.at(static_cast<unsigned>(utc.tm_mon)), utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
                     utc.tm_sec);
}

}  // namespace

std::span<const std::pair<std::string_view, std::string_view>> security_fields() { return protecting_fields; }

bool is_bodiless(unsigned status) { return status < 200 || status == 204 || status == 304; }

response to_response(answer from) {
  response result{.status = from.status, .header = std::move(from.header), .text = {}};
  if (!from.text.empty() || !from.content_type.empty()) {
    result.text = std::move(from.text);
    result.header.emplace_back("Content-Type", std::move(from.content_type));
  } else if (!from.body.is_null()) {
    result.text = boost::json::serialize(from.body);
    result.header.emplace_back("Content-Type", "application/json");
  }
  if (is_bodiless(result.status)) result.text.clear();
  return result;
}

response refusal(unsigned status, std::string_view sentence) { return to_response(answer::error(status, sentence)); }

std::string head_of(const response& sent, bool keep_alive, std::chrono::system_clock::time_point now) {
  const std::string_view phrase = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(sent.status));
  auto result = fmt::format("HTTP/1.1 {} {}\r\n", sent.status, phrase);
  append_field(result, "Date", date(now));
  for (const auto& [name, value] : protecting_fields) append_field(result, name, value);
  for (const auto& [name, value] : sent.header) append_field(result, name, value);
  if (!has_field(sent, "Cache-Control")) append_field(result, "Cache-Control", "no-store");
  if (sent.status == 401 && !has_field(sent, "WWW-Authenticate"))  // [RFC 9110, 11.6.1]
    append_field(result, "WWW-Authenticate", "Bearer realm=\"troupe\"");
  if (!is_bodiless(sent.status)) append_field(result, "Content-Length", std::to_string(sent.body().size()));
  append_field(result, "Connection", keep_alive ? "keep-alive" : "close");
  result += "\r\n";
  return result;
}

}  // namespace troupe::admin
